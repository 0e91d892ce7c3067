"""Deals and the stages they pass."""

from django.db import models

from pazar.ground.ids import new_id


class Deal(models.Model):
    """What may be sold to an account. Stages are `rules.stages.Stage`; a deal of the market follows its bid."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="+")
    lead = models.OneToOneField("channels.Lead", on_delete=models.PROTECT, null=True, related_name="+")
    title = models.TextField()
    stage = models.TextField()
    amount = models.DecimalField(max_digits=22, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    manager = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    next_step = models.TextField(blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    procedure_id = models.UUIDField(null=True)
    reference = models.TextField(blank=True)
    is_outside = models.BooleanField(default=False)  # its procedure is another's: no bid or award will be told
    bid_id = models.UUIDField(null=True)  # the bid that lies in the box, or was opened
    bid_number = models.PositiveIntegerField(default=0)  # which submission counts, of those that were told
    bid_sent_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    lost_reason = models.TextField(blank=True)  # rules.stages.LostReason
    lost_note = models.TextField(blank=True)
    # As the award told: the basis of its prices, and each lot of the bid (`queries.lots_of` reads them).
    vat_included = models.BooleanField(null=True)
    lots = models.JSONField(default=list, blank=True)
    product = models.TextField(blank=True)
    source_id = models.TextField(blank=True)  # what the books know it by
    worked_by = models.TextField(blank=True)  # who worked it, as the books name him
    brought_by = models.ForeignKey(
        "customers.BooksImport", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "source_id"],
                condition=~models.Q(source_id=""),
                name="pipeline_deal_of_books_once",
            ),
            models.UniqueConstraint(
                fields=["company", "procedure_id"],
                condition=models.Q(procedure_id__isnull=False),
                name="pipeline_deal_once",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "stage", "-moved_at", "-id"], name="pipeline_board"),
            models.Index(fields=["company", "-made_at", "-id"], name="pipeline_list"),
            models.Index(fields=["account", "-made_at", "-id"], name="pipeline_of_account"),
            models.Index(fields=["procedure_id"], name="pipeline_of_procedure"),
            models.Index(fields=["brought_by"], condition=models.Q(brought_by__isnull=False), name="pipeline_brought"),
        ]

    def __str__(self) -> str:
        return self.title
