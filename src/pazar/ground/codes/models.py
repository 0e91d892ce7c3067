"""The lists as tables; only migrations write them (`loading`)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q


class Cpv(models.Model):
    """A category of the Common Procurement Vocabulary (B1)."""

    code = models.CharField(primary_key=True, max_length=8)
    check_digit = models.CharField(max_length=1, blank=True)
    level = models.CharField(max_length=11)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    # What all codes of the subtree begin with: `code LIKE prefix || '%'`.
    prefix = models.CharField(max_length=8, unique=True)
    label_en = models.TextField()
    label_bg = models.TextField()
    lemmas = ArrayField(models.TextField())

    class Meta:
        constraints = [
            models.CheckConstraint(name="cpv_code_has_eight_digits", condition=Q(code__regex=r"^[0-9]{8}$")),
        ]
        indexes = [
            GinIndex(Func("lemmas", function="array_to_tsvector"), name="cpv_by_lemma"),
        ]

    def __str__(self) -> str:
        return self.code


class Nuts(models.Model):
    """A region: a country (level 0) or a part of one (B1)."""

    code = models.CharField(primary_key=True, max_length=5)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    label_en = models.TextField()
    label_bg = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="nuts_code_is_country_and_levels", condition=Q(code__regex=r"^[A-Z]{2}[0-9A-Z]{0,3}$")
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Unit(models.Model):
    """A unit of measure or of packing: the usual ones of UN/CEFACT Recommendations 20 and 21."""

    code = models.CharField(primary_key=True, max_length=3)
    # Not unique: a unit put in between moves all after it, row by row.
    place = models.PositiveSmallIntegerField()
    quantity = models.CharField(max_length=16)
    symbol_en = models.TextField(blank=True)
    symbol_bg = models.TextField(blank=True)
    label_en = models.TextField()
    label_bg = models.TextField()

    class Meta:
        ordering = ["place"]

    def __str__(self) -> str:
        return self.code
