"""What comes in: opportunities of the market, leads of the internet channel, the company's rule."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from pazar.ground.ids import new_id


class IntakeRule(models.Model):
    """The company's rule: which opportunities become leads by themselves, and to whom they go (D3). One a company."""

    company = models.OneToOneField("identity.Company", on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_on = models.BooleanField(default=False)
    value_min = models.DecimalField(max_digits=22, decimal_places=4, null=True, blank=True)
    cpv = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    buyer_words = ArrayField(models.TextField(), default=list, blank=True)
    manager = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")


class Opportunity(models.Model):
    """A procedure that fits this company, waiting until somebody takes it up or the rule does."""

    class State(models.TextChoices):
        WAITING = "waiting"
        TAKEN = "taken"
        DISMISSED = "dismissed"
        ENDED = "ended"  # the buyer gave the procedure up before anybody took it

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    procedure_id = models.UUIDField()
    reference = models.TextField()
    title = models.TextField()
    buyer_name = models.TextField(blank=True)
    buyer_country = models.CharField(max_length=2, blank=True)
    buyer_number = models.TextField(blank=True)
    reason = models.TextField(blank=True)  # words of then, of what came before `why` was kept
    why = models.JSONField(default=dict)  # {"reason": ground.codes.rules.reason.Reason, "interest", "name", "version"}
    closes_at = models.DateTimeField(null=True, blank=True)
    value_amount = models.DecimalField(max_digits=22, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    cpv = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    is_outside = models.BooleanField(default=False)
    state = models.TextField(choices=State, default=State.WAITING)
    came_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    settled_why = models.TextField(blank=True)  # what a person or the buyer wrote
    grounds = models.JSONField(default=list)  # what the company's rule said of it: rules.intake.Ground

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "procedure_id"], name="channels_opportunity_once")]
        indexes = [
            models.Index(fields=["company", "state", "-came_at", "-id"], name="channels_opportunity_list"),
            models.Index(fields=["procedure_id"], name="channels_opportunity_of"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class Lead(models.Model):
    """What somebody works on before it is a deal. `channel` is internet for what the market brought."""

    class Channel(models.TextChoices):
        INTERNET = "internet"

    class State(models.TextChoices):
        OPEN = "open"
        BECAME_DEAL = "became_deal"
        DROPPED = "dropped"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    channel = models.TextField(choices=Channel, default=Channel.INTERNET)
    opportunity = models.OneToOneField(Opportunity, on_delete=models.PROTECT, null=True, related_name="lead")
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, null=True, related_name="+")
    procedure_id = models.UUIDField(null=True)
    title = models.TextField()
    manager = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    given_why = models.TextField(blank=True)  # rules.giving.Why
    given_by = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.TextField(choices=State, default=State.OPEN)
    taken_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.TextField(blank=True)
    source = models.TextField(blank=True)  # the first one, as the books call it
    source_id = models.TextField(blank=True)  # what the books know it by
    brought_by = models.ForeignKey(
        "customers.BooksImport", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "procedure_id"],
                condition=models.Q(procedure_id__isnull=False),
                name="channels_lead_once",
            ),
            models.UniqueConstraint(
                fields=["company", "source_id"],
                condition=~models.Q(source_id=""),
                name="channels_lead_of_books_once",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "-taken_at", "-id"], name="channels_lead_list"),
            models.Index(fields=["procedure_id"], name="channels_lead_of"),
            models.Index(fields=["brought_by"], condition=models.Q(brought_by__isnull=False), name="channels_brought"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
