"""The award of each lot, bids set aside; and what lists of awards and items read."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
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


class Listing(models.Model):
    """A row that lists and search read (J4): with all that a line shows beside its procedure's own words.

    `terms` are lemmas (`w…`), CPV codes and all above them (`c…`), regions and all around them (`r…`), origin (`o…`),
    buyer (`b…`), winners (`s…`), the procedure's reference in lower case (`n…`), and `a1` where there is an award.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    procedure = models.ForeignKey("procedures.Procedure", on_delete=models.CASCADE, related_name="+")
    lot_number = models.TextField(blank=True)
    title = models.TextField(blank=True)
    listed_on = models.DateField()
    amount = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    terms = ArrayField(models.TextField())

    class Meta:
        abstract = True


class ListedAward(Listing):
    """An award, our own or one that was published elsewhere; `id` is the award's, `title` its lot's.

    `listed_on` is the day of the decision, or that of the publication where none is said.
    """

    decided_on = models.DateField(null=True)
    winner = models.ForeignKey("identity.Company", on_delete=models.CASCADE, null=True, related_name="+")
    winner_names = ArrayField(models.TextField(), default=list)
    bids_received = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-listed_on", "-id"], name="awards_listed_newest"),
            models.Index(
                fields=["currency", "-amount", "-id"],
                condition=models.Q(amount__isnull=False),
                name="awards_listed_value",
            ),
            GinIndex(fields=["terms"], name="awards_listed_terms"),
            models.Index(fields=["procedure"], name="awards_listed_of"),
        ]


class ListedItem(Listing):
    """An item that a buyer asks or asked for; `id` is the item's, `title` what it is.

    `amount` is what its lot was awarded for, which holds `items_in_lot` items; `listed_on` the day of publication.
    """

    cpv = models.CharField(max_length=8, blank=True)
    quantity = models.DecimalField(max_digits=22, decimal_places=6, null=True)
    unit = models.TextField(blank=True)
    place = models.TextField(blank=True)
    items_in_lot = models.PositiveIntegerField(default=1)
    closes_at = models.DateTimeField(null=True)
    is_open = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["-listed_on", "-id"], name="awards_item_newest"),
            models.Index(fields=["closes_at", "id"], condition=models.Q(is_open=True), name="awards_item_open"),
            models.Index(
                fields=["currency", "-amount", "-id"],
                condition=models.Q(amount__isnull=False),
                name="awards_item_value",
            ),
            GinIndex(fields=["terms"], name="awards_item_terms"),
            models.Index(fields=["procedure"], name="awards_item_of"),
        ]

    @property
    def unit_price(self) -> Decimal | None:
        """What one of it was awarded for, to the cent; known only where its lot holds nothing else."""
        if self.amount is None or self.items_in_lot != 1 or not self.quantity:
            return None
        return round(self.amount / self.quantity, 2)
