"""What registers said of organisations, as loaded from their bulk files: the snapshot (A2)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from pazar.ground.ids import new_id
from pazar.market.companies.rules.applying import Checked, State
from pazar.market.companies.rules.particulars import Status
from pazar.market.companies.rules.watching import Field


class RegisterLoad(models.Model):
    """One file taken into the snapshot: which register's, how much of it, when."""

    id = models.BigAutoField(primary_key=True)
    register = models.TextField()
    file_name = models.TextField()
    file_format = models.TextField()
    as_of = models.DateField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    read_count = models.BigIntegerField(default=0)
    refused_count = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["register", "-id"], name="companies_load_newest")]


class RegisterEntry(models.Model):
    """One organisation as a register's file has it. The newest file of a register replaces what an older one said."""

    id = models.BigAutoField(primary_key=True)
    register = models.TextField()
    load = models.ForeignKey(RegisterLoad, on_delete=models.PROTECT, db_index=False, related_name="+")
    country = models.CharField(max_length=2)
    scheme = models.TextField()
    number = models.TextField()
    name = models.TextField()
    name_latin = models.TextField(blank=True)
    legal_form = models.TextField(blank=True)
    status = models.TextField(choices=[(s.value, s.value) for s in Status])
    status_words = models.TextField(blank=True)
    address = models.TextField(blank=True)
    town = models.TextField(blank=True)
    postal_code = models.TextField(blank=True)
    region = models.TextField(blank=True)
    representatives = ArrayField(models.TextField(), default=list)
    # "scheme:number" each, so that an organisation is found by any of its numbers
    other_numbers = ArrayField(models.TextField(), default=list)
    founded_on = models.DateField(null=True)
    email = models.TextField(blank=True)
    website = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "scheme", "country", "register"], name="companies_entry_once"),
        ]
        indexes = [
            GinIndex(
                fields=["other_numbers"],
                condition=~models.Q(other_numbers=[]),
                name="companies_entry_other_numbers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.number} {self.name}"


class Application(models.Model):
    """Somebody who wants his company in. Unconfirmed, it is nobody's case, and gone after three days (A1)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.TextField(choices=[(s.value, s.value) for s in State], default=State.UNCONFIRMED)
    is_private = models.BooleanField(default=False)  # a person without a company: nobody decides about him
    language = models.CharField(max_length=5)
    country = models.CharField(max_length=2)
    number_typed = models.TextField()
    scheme = models.TextField(blank=True)
    number = models.TextField()
    name = models.TextField()
    legal_form = models.TextField(blank=True)
    address = models.TextField(blank=True)
    town = models.TextField(blank=True)
    postal_code = models.TextField(blank=True)
    kept = models.JSONField(default=dict)  # field → why the applicant's word stands and not the register's
    checked = models.TextField(choices=[(c.value, c.value) for c in Checked])
    register = models.JSONField(default=dict)  # what it said, whose word it is, from which day
    register_tries = models.PositiveSmallIntegerField(default=0)
    ask_at = models.DateTimeField(null=True, blank=True)  # its wait is over: registers are asked once more
    person_name = models.TextField()
    email = models.EmailField(max_length=254)
    telephone = models.TextField(blank=True)  # as the world dials it
    account = models.TextField(blank=True)  # IBAN without blanks
    owners = ArrayField(models.TextField(), default=list)  # as the applicant says
    address_key = models.TextField(blank=True)
    device = models.BinaryField(null=True)  # keyed digest of a cookie: whether one computer registers many
    categories = ArrayField(models.TextField(), default=list)
    # The secret in the link of the last mail, as a digest; a newer mail makes the older link void.
    digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # Where a refusal takes two: what the first one said. Any other decision wipes it.
    refusal_by = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    refusal_reason = models.TextField(blank=True)
    refusal_words = models.TextField(blank=True)
    refusal_at = models.DateTimeField(null=True, blank=True)
    company = models.ForeignKey("identity.Company", on_delete=models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    mail_ids = ArrayField(models.UUIDField(), default=list)  # to be forgotten with it, if nobody confirms

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="unconfirmed", confirmed_at=None) | ~models.Q(state="unconfirmed"),
                name="companies_application_confirmed",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(state="waiting"), name="companies_queue"),
            models.Index(fields=["made_at"], condition=models.Q(state="unconfirmed"), name="companies_never_confirmed"),
            models.Index(fields=["country", "number"], name="companies_application_number"),
            models.Index(fields=["ask_at"], condition=models.Q(ask_at__isnull=False), name="companies_asks_register"),
            models.Index(fields=["company"], condition=models.Q(state="with_owners"), name="companies_asks_owners"),
            models.Index(fields=["-decided_at"], name="companies_decided"),
            *(
                models.Index(fields=[name], condition=~models.Q(**{name: ""}), name=f"companies_by_{name}")
                for name in ("telephone", "account", "address_key")
            ),
            models.Index(fields=["device"], condition=models.Q(device__isnull=False), name="companies_by_device"),
        ]

    def __str__(self) -> str:
        return self.name


class Decision(models.Model):
    """What a moderator decided on a case, and whether the centre kept its working day."""

    class Kind(models.TextChoices):
        APPROVE = "approve"
        ASK = "ask"
        REFUSE = "refuse"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="decisions")
    kind = models.TextField(choices=Kind)
    reason = models.TextField(blank=True)  # key of a template
    words = models.TextField(blank=True)
    by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    made_person = models.BooleanField(default=False)  # the approval made the person, so undoing it closes him
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-made_at"], name="companies_decisions_newest")]

    @property
    def is_in_time(self) -> bool:
        return self.made_at <= self.due_at


class CaseNote(models.Model):
    """What moderator and applicant wrote to one another about a case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )  # none: the applicant
    text = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["application", "made_at"], name="companies_notes_of_case")]


class Watch(models.Model):
    """What a register said of a member when it was asked last; asked again each night."""

    company = models.OneToOneField("identity.Company", on_delete=models.CASCADE, primary_key=True, related_name="+")
    register = models.TextField(blank=True)  # none: no register knew it yet
    name = models.TextField(blank=True)
    status = models.TextField(choices=[(s.value, s.value) for s in Status], default=Status.UNKNOWN)
    status_words = models.TextField(blank=True)
    representatives = ArrayField(models.TextField(), default=list)
    as_of = models.DateField(null=True)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="companies_watch_next")]


class RegisterChange(models.Model):
    """Something that a register says otherwise than the night before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    field = models.TextField(choices=[(f.value, f.value) for f in Field])
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    words = models.TextField(blank=True)  # the register's own, of a status
    register = models.TextField()
    as_of = models.DateField()
    found_at = models.DateTimeField()
    # Of a name: its owner said yes, and since then the company is called so here.
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")
    old_name = models.TextField(blank=True)  # how the company was called here until then

    class Meta:
        indexes = [
            models.Index(fields=["company", "-found_at"], name="companies_changes_of_company"),
            models.Index(fields=["-found_at", "-id"], name="companies_changes_newest"),
        ]


class SanctionList(models.Model):
    """A list of those with whom nobody may trade, as loaded from a file; the newest file of a name is the list."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField(unique=True)
    file_name = models.TextField()
    as_of = models.DateField()
    loaded_at = models.DateTimeField()
    entry_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class SanctionEntry(models.Model):
    """A firm or a person on a list; other names it is known by stand beside it."""

    id = models.BigAutoField(primary_key=True)
    of_list = models.ForeignKey(SanctionList, on_delete=models.CASCADE, related_name="entries")
    kind = models.TextField(choices=[("entity", "entity"), ("person", "person")])
    name = models.TextField()
    aliases = ArrayField(models.TextField(), default=list)
    country = models.CharField(max_length=2, blank=True)
    number = models.TextField(blank=True)
    programme = models.TextField(blank=True)
    listed_on = models.DateField(null=True)
    reference = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["of_list", "name", "id"], name="companies_sanctions_list"),
            models.Index(fields=["number"], condition=~models.Q(number=""), name="companies_sanctions_number"),
        ]

    def __str__(self) -> str:
        return self.name


class KnownName(models.Model):
    """A name that another may be taken for: of a member, of somebody refused or suspended, of a list of sanctions."""

    class Source(models.TextChoices):
        MEMBER = "member"
        SUSPENDED = "suspended"
        REFUSED = "refused"
        SANCTION = "sanction"

    id = models.BigAutoField(primary_key=True)
    source = models.TextField(choices=Source)
    subject_id = models.UUIDField(null=True)  # the company's, or the case's
    entry = models.ForeignKey(SanctionEntry, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.TextField()
    skeleton = models.TextField()
    keys = ArrayField(models.IntegerField())

    class Meta:
        constraints = [
            # Entries of a list have no subject, and nulls are never the same.
            models.UniqueConstraint(fields=["source", "subject_id"], name="companies_known_name_once"),
        ]
        indexes = [GinIndex(fields=["keys"], name="companies_known_name_keys")]

    def __str__(self) -> str:
        return self.name
