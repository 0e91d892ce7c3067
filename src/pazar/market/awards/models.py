"""The comparison of opened bids, the award of each lot, the letters."""

from django.db import models

from pazar.ground.ids import new_id


class Award(models.Model):
    """The decision on one lot: the bid that won with its price, or none and why; the ranking as it was shown."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    procedure = models.ForeignKey("procedures.Procedure", on_delete=models.PROTECT, related_name="+")
    lot = models.OneToOneField("procedures.Lot", on_delete=models.PROTECT, related_name="+")
    bid_id = models.UUIDField(null=True)
    company = models.ForeignKey("identity.Company", on_delete=models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    ranking = models.JSONField()
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["procedure"], name="awards_of_procedure")]


class Exclusion(models.Model):
    """A bid set aside for a lot before the award, with the reason its bidder reads."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    procedure = models.ForeignKey("procedures.Procedure", on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey("procedures.Lot", on_delete=models.PROTECT, related_name="+")
    bid_id = models.UUIDField()
    reason = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "bid_id"], name="awards_exclusion_once")]
