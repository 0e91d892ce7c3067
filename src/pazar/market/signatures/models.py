"""Certificates that people enrolled, their rehearsals, whom the centre trusts, answers that are kept (A5)."""

from django.db import models

from pazar.ground.ids import new_id
from pazar.market.signatures.rules.trust import Purpose


class TrustedListLoad(models.Model):
    """The newest trusted list of a territory: its number, and who signed it."""

    territory = models.TextField(primary_key=True)
    number = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    next_update = models.DateTimeField(null=True)
    signer = models.TextField()  # fingerprint of the certificate that was given as the list's signer
    loaded_at = models.DateTimeField()


class TrustAnchor(models.Model):
    """A certificate that a trusted list vouches for, from when until when."""

    list = models.ForeignKey(TrustedListLoad, on_delete=models.CASCADE, related_name="anchors")
    certificate = models.BinaryField()
    purpose = models.TextField(choices=[(p.value, p.value) for p in Purpose])
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    source = models.TextField()


class ResponderAnswer(models.Model):
    """What an authority's server said, until it will say it anew; the same for every node."""

    key = models.CharField(max_length=64, primary_key=True)
    answer = models.BinaryField()
    kept_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="signatures_answers_age")]


class Certificate(models.Model):
    """A person's certificate, enrolled for a company. The key that belongs to it never comes here."""

    class Source(models.TextChoices):
        PASTED = "pasted"
        UPLOADED = "uploaded"
        REHEARSED = "rehearsed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    der = models.BinaryField()
    fingerprint = models.CharField(max_length=64)
    subject = models.TextField()
    issuer = models.TextField()
    name = models.TextField(blank=True)
    organisation = models.TextField(blank=True)
    organisation_numbers = models.JSONField(default=list)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    source = models.TextField(choices=Source)
    enrolled_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "person", "fingerprint"],
                condition=models.Q(removed_at=None),
                name="signatures_certificate_once",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-enrolled_at"], name="signatures_of_company"),
            models.Index(fields=["not_after"], condition=models.Q(removed_at=None), name="signatures_ending"),
        ]

    def __str__(self) -> str:
        return self.subject


class Challenge(models.Model):
    """A text made for one rehearsal: its number was never there before, and it is taken once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="signatures_challenges_age")]


class Rehearsal(models.Model):
    """One try of a signature, with its report. A good one certifies readiness until `good_until`."""

    class Way(models.TextChoices):
        BROWSER = "browser"
        UPLOAD = "upload"
        AGENT = "agent"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    challenge = models.OneToOneField(Challenge, on_delete=models.PROTECT, related_name="rehearsal")
    way = models.TextField(choices=Way)
    made_at = models.DateTimeField()
    is_good = models.BooleanField()
    good_until = models.DateTimeField(null=True)
    fingerprint = models.CharField(max_length=64, blank=True)  # of the certificate that signed
    report = models.JSONField()
    signature = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_good=False, good_until=None) | models.Q(is_good=True, good_until__isnull=False),
                name="signatures_good_until_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-made_at"], name="signatures_rehearsals"),
            models.Index(fields=["good_until"], condition=models.Q(is_good=True), name="signatures_good_until"),
        ]
