"""Suppliers' interests, each of their versions, and the matches they brought."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from pazar.ground.ids import new_id


class Interest(models.Model):
    """What a supplier wants to hear of (B1). An empty predicate asks nothing; all that are set must hold on one lot."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    name = models.TextField()
    cpv = ArrayField(models.CharField(max_length=8), default=list, blank=True)  # 8 digits, each with its subtree
    regions = ArrayField(models.TextField(), default=list, blank=True)  # NUTS, each with its subtree
    words_any = ArrayField(models.TextField(), default=list, blank=True)  # as typed
    words_none = ArrayField(models.TextField(), default=list, blank=True)
    lemmas_any = ArrayField(models.TextField(), default=list, blank=True)  # what is compared
    lemmas_none = ArrayField(models.TextField(), default=list, blank=True)
    value_min = models.DecimalField(max_digits=22, decimal_places=4, null=True, blank=True)  # EUR
    value_max = models.DecimalField(max_digits=22, decimal_places=4, null=True, blank=True)
    kinds = ArrayField(models.TextField(), default=list, blank=True)
    with_outside = models.BooleanField(default=True)
    mail_outside = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["company", "name"], name="matching_interest_of_company"),
            GinIndex(fields=["cpv"], condition=models.Q(is_active=True), name="matching_interest_cpv"),
            GinIndex(fields=["regions"], condition=models.Q(is_active=True), name="matching_interest_regions"),
            GinIndex(fields=["lemmas_any"], condition=models.Q(is_active=True), name="matching_interest_lemmas"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value_min__isnull=True)
                | models.Q(value_max__isnull=True)
                | models.Q(value_min__lte=models.F("value_max")),
                name="matching_interest_value_range",
            ),
        ]


class InterestVersion(models.Model):
    """An interest as it stood, so that the reason of a match stays true."""

    interest = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interest", "number"], name="matching_interest_version_once")]


class Match(models.Model):
    """A lot that fits an interest, by the interest's version of that moment."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    procedure = models.ForeignKey("procedures.Procedure", on_delete=models.CASCADE, related_name="+")
    lot = models.ForeignKey("procedures.Lot", on_delete=models.CASCADE, related_name="+")
    interest = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="+")
    interest_version = models.PositiveIntegerField()
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_why = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interest", "lot"], name="matching_match_once")]
        indexes = [
            models.Index(fields=["company", "-found_at", "-id"], name="matching_match_of_company"),
            models.Index(fields=["company", "procedure"], name="matching_match_company_proc"),
        ]
