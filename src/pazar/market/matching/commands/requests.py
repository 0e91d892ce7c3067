"""What is to be matched, and who does it: a matcher with the index or, where none lives, the oracle."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from pazar.market.matching.commands import match
from pazar.market.matching.models import MatchPart, MatchRequest
from pazar.market.matching.queries import matchers

MOST_AT_ONCE = 100  # procedures in one request: a publication never waits for more than these
OVERDUE = timedelta(seconds=60)
ORACLE = {"shard": 0, "shards": 0}


def ask(*, procedure_ids: Collection[UUID], quiet: bool = False, just_published: bool = False) -> None:
    """Have these procedures matched, in the transaction that makes them public: no publication is without its request.

    A trigger wakes the matchers when that transaction commits.
    """
    ids = list(procedure_ids)
    MatchRequest.objects.bulk_create(
        MatchRequest(procedure_ids=ids[start : start + MOST_AT_ONCE], quiet=quiet, just_published=just_published)
        for start in range(0, len(ids), MOST_AT_ONCE)
    )


def settle(*, procedure_ids: Collection[UUID], quiet: bool = False, just_published: bool = False) -> int:
    """Match these by the oracle, unless living matchers see to it; how many matches were new.

    A laptop, a test or a centre whose matcher is down: slower, and of the same meaning.
    """
    if matchers.all_alive():
        return 0
    with transaction.atomic():
        waiting = MatchRequest.objects.filter(finished_at=None, procedure_ids__contained_by=list(procedure_ids))
        requests = list(waiting.select_for_update().order_by("id"))
        found = match.match_procedures(procedure_ids=procedure_ids, quiet=quiet, just_published=just_published)
        _done(requests, found)
        return found


def settle_overdue() -> int:
    """Match by the oracle what has waited for a minute, even if a matcher seems to live; how many requests."""
    waiting = MatchRequest.objects.filter(finished_at=None, made_at__lt=Now() - OVERDUE).order_by("id")
    count = 0
    for request_id in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            request = (
                MatchRequest.objects.select_for_update(skip_locked=True).filter(pk=request_id, finished_at=None).first()
            )
            if request is None:
                continue
            found = match.match_procedures(
                procedure_ids=request.procedure_ids, quiet=request.quiet, just_published=request.just_published
            )
            _done([request], found)
            count += 1
    return count


def _done(requests: Collection[MatchRequest], found: int) -> None:
    MatchPart.objects.bulk_create(
        [MatchPart(request=request, found=found, **ORACLE) for request in requests], ignore_conflicts=True
    )
    MatchRequest.objects.filter(pk__in=[request.pk for request in requests]).update(finished_at=Now())


def finish_complete() -> int:
    """Mark what all matchers of one division have done their part of; how many requests.

    Apart from their transactions: two that end at once don't see each other's part.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE matching_matchrequest r SET finished_at = now()
            WHERE finished_at IS NULL AND EXISTS (
              SELECT FROM matching_matchpart p WHERE p.request_id = r.id AND p.shards > 0
              GROUP BY p.shards HAVING count(*) = p.shards
            )
            """
        )
        return int(cursor.rowcount)


def forget_finished(*, before: timedelta = timedelta(days=14)) -> int:
    """Remove requests long done; their matches stay."""
    return MatchRequest.objects.filter(finished_at__lt=Now() - before).delete()[0]
