"""Boxes, bids, what was put in, and what an opening made known. Row security is forced on all but the box."""

from django.db import models

from pazar.ground.ids import new_id


class Box(models.Model):
    """One a procedure: who holds its keys, and what was in it at the deadline (B8)."""

    procedure = models.OneToOneField(
        "procedures.Procedure", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    holders = models.BinaryField()  # canonical JSON, as signed
    holders_signature = models.BinaryField()  # the centre's key over `holders`
    needed = models.PositiveSmallIntegerField()  # k
    holder_count = models.PositiveSmallIntegerField()  # n
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    digest = models.BinaryField(null=True)  # over the whole box, published at the deadline
    sealed_salt = models.BinaryField(null=True)  # the digest's, under the server's key until the opening
    salt = models.BinaryField(null=True)  # published at the opening: before it, it would tell how many bid
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")


class Bid(models.Model):
    """One a company and procedure. The draft lies under the server's key, which is outside the database."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    procedure = models.ForeignKey("procedures.Procedure", on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey("identity.Company", on_delete=models.PROTECT, related_name="+")
    buyer_id = models.UUIDField()  # the procedure's, for row security after the opening
    state = models.TextField(choices=State, default=State.DRAFT)
    draft = models.BinaryField(null=True)  # sealed to the server: nonce ‖ AES-256-GCM
    draft_manifest = models.JSONField(default=dict)  # what is filled in, no values
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    confirmed_version = models.PositiveIntegerField(default=1)  # the procedure's version the draft answers
    current = models.ForeignKey("bids.Submission", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["procedure", "company"], name="bids_one_a_company")]
        indexes = [models.Index(fields=["company", "-created_at"], name="bids_of_company")]

    @property
    def is_sealed(self) -> bool:
        return self.state == self.State.SUBMITTED

    @property
    def is_withdrawn(self) -> bool:
        return self.state == self.State.WITHDRAWN


class Submission(models.Model):
    """A sealed bid as it was put in; never changed. A later one of the same bid replaces it in the box."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="submissions")
    company_id = models.UUIDField()
    buyer_id = models.UUIDField()
    number = models.PositiveIntegerField()  # 1, 2, … within the bid
    procedure_version = models.PositiveIntegerField()
    manifest = models.BinaryField()  # canonical JSON over which `digest` is taken
    digest = models.BinaryField()
    signature = models.BinaryField(null=True)  # the slot for the bidder's CMS
    received_at = models.DateTimeField()
    submitted_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bid", "number"], name="bids_submission_number_once"),
            models.UniqueConstraint(fields=["bid", "digest"], name="bids_submission_digest_once"),
        ]


class Envelope(models.Model):
    """One sealed envelope: a lot and a kind of a submission."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="envelopes")
    company_id = models.UUIDField()
    buyer_id = models.UUIDField()
    lot = models.ForeignKey("procedures.Lot", on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()  # rules.envelope.Kind
    content = models.BinaryField()  # the envelope, whole
    digest = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "lot", "kind"], name="bids_envelope_once"),
        ]


class ReleasedShare(models.Model):
    """A key holder's answer for one envelope at the opening: his share, or empty where he can't open it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="shares")
    buyer_id = models.UUIDField()
    company_id = models.UUIDField()
    holder = models.TextField()
    share = models.BinaryField()
    released_at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=1, db_default=1)  # the first or the second answer

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["envelope", "holder", "attempt"], name="bids_share_once_an_attempt")
        ]


class OpenedEnvelope(models.Model):
    """What an envelope held, with the content key that lets everybody check it (published in the opening record)."""

    envelope = models.OneToOneField(Envelope, on_delete=models.PROTECT, primary_key=True, related_name="opened")
    company_id = models.UUIDField()
    buyer_id = models.UUIDField()
    content_key = models.BinaryField(null=True)
    content = models.JSONField(null=True)
    fault = models.TextField(blank=True)  # why it could not be opened, as a code of rules.opening
    # Holders who said that they couldn't: `holder`, `name`, and `sealed_share`, the digest of what they couldn't open.
    not_opened_by = models.JSONField(default=list, db_default=[])
    opened_at = models.DateTimeField()
