"""Suppliers' interests, each of their versions, the matches they brought; and what the matcher works from."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

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
    regimes = ArrayField(models.TextField(), default=list, blank=True)
    buyers_none = ArrayField(models.TextField(), default=list, blank=True)  # as `LotFacts.buyer` names them
    with_outside = models.BooleanField(default=True)
    mail_outside = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    # Given by a trigger, anew with each change of what is compared: what the index knows the interest by.
    number = models.BigIntegerField(null=True, unique=True, editable=False)
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


class InterestChange(models.Model):
    """A line of the log the matcher follows: written by a trigger with every change of an interest, never altered.

    `number` is the interest's new one, `replaces` what is valid no more. Numbers are given out before the commit: who
    reads by them alone would skip a transaction that takes longer, hence `txid`.
    """

    number = models.BigIntegerField(primary_key=True)
    replaces = models.BigIntegerField(null=True)
    interest_id = models.UUIDField()
    txid = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["txid"], name="matching_change_txid")]


class MatchRequest(models.Model):
    """Procedures to be matched, asked for in the transaction that made them public. True times, not the centre's."""

    id = models.BigAutoField(primary_key=True)
    procedure_ids = ArrayField(models.UUIDField())
    quiet = models.BooleanField(default=False)
    just_published = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(finished_at=None), name="matching_request_waiting"),
            models.Index(fields=["made_at"], name="matching_request_made"),
        ]


class MatchPart(models.Model):
    """A matcher's share of a request, done: written with its matches, so that no share is done twice.

    Matcher `shard` of `shards`; 0 of 0 is the oracle, which does the whole.
    """

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(MatchRequest, on_delete=models.CASCADE, related_name="parts")
    shard = models.PositiveSmallIntegerField()
    shards = models.PositiveSmallIntegerField()
    found = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "shards", "shard"], name="matching_part_once")]


class MatchProgress(models.Model):
    """How far a matcher is with a share that is stored in several transactions: gone when it is done."""

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(MatchRequest, on_delete=models.CASCADE, related_name="+")
    shard = models.PositiveSmallIntegerField()
    shards = models.PositiveSmallIntegerField()
    next_company_id = models.UUIDField(null=True)  # all before it are stored; none yet

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "shards", "shard"], name="matching_progress_once")]


class Matcher(models.Model):
    """A running matcher's sign of life. True times."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shard = models.PositiveSmallIntegerField()
    shards = models.PositiveSmallIntegerField()
    interests = models.PositiveIntegerField(default=0)
    memory_mb = models.PositiveIntegerField(default=0)
    loading_seconds = models.FloatField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())


class Sweep(models.Model):
    """A comparison of the stored matches with the oracle, and what was put right. True times."""

    id = models.BigAutoField(primary_key=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    procedures = models.PositiveIntegerField()
    expected = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    extra = models.PositiveIntegerField()
    examples = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-begun_at"], name="matching_sweep_newest")]


class Look(models.Model):
    """When a person last looked at a company's matches, and when the visit before that one ended."""

    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    looked_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "company"], name="matching_look_once")]
