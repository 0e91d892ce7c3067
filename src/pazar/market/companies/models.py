"""What registers said of organisations, as loaded from their bulk files: the snapshot (A2)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from pazar.market.companies.rules.particulars import Status


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
