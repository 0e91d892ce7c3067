"""The nightly comparison of what is stored with what the oracle says (B2): differences are shown and put right."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from pazar.ground import clock
from pazar.market.matching.commands import match
from pazar.market.matching.models import Interest, Match, Sweep
from pazar.market.matching.queries import oracle
from pazar.market.matching.queries.oracle import Fit

SINCE = timedelta(days=1)
SETTLED = timedelta(minutes=10)
"""Interests changed later than this may still wait for their own matching: they aren't compared yet."""
SLICE = 200
MOST_EXAMPLES = 20

_CONCERNED = """
SELECT p.id FROM procedures_procedure p
WHERE p.state = 'published' AND p.closes_at > %(moment)s AND p.published_at >= %(since)s
  AND NOT EXISTS (SELECT FROM matching_matchrequest r WHERE r.finished_at IS NULL AND p.id = ANY(r.procedure_ids))
ORDER BY p.id
"""


def sweep() -> Sweep:
    """Compare the matches of the open procedures of the last day with the oracle, and mend what differs.

    What was missing is stored and announced as if it had been found in time; what fits no more and wasn't put away is
    taken out. May be run at any time, and twice.
    """
    begun = _true_now()
    moment = clock.db_now()
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNED, {"moment": moment, "since": moment - SINCE})
        concerned = [row[0] for row in cursor.fetchall()]
    expected = missing = extra = 0
    examples: list[dict[str, Any]] = []
    for start in range(0, len(concerned), SLICE):
        found = _compare(concerned[start : start + SLICE])
        expected += found.expected
        missing += len(found.missing)
        extra += len(found.extra)
        examples += found.examples()
    return Sweep.objects.create(
        begun_at=begun,
        ended_at=_true_now(),
        procedures=len(concerned),
        expected=expected,
        missing=missing,
        extra=extra,
        examples=examples[:MOST_EXAMPLES],
    )


class _Compared:
    def __init__(self, expected: int, missing: Sequence[Fit], extra: Sequence[Match]) -> None:
        self.expected, self.missing, self.extra = expected, missing, extra

    def examples(self) -> list[dict[str, Any]]:
        return [
            {"what": what, "procedure": str(one.procedure_id), "lot": str(one.lot_id), "interest": str(one.interest_id)}
            for what, rows in (("missing", self.missing), ("extra", self.extra))
            for one in rows
        ]


def _compare(procedure_ids: Sequence[UUID]) -> _Compared:
    with transaction.atomic():
        settled = _settled_interests()
        lots = oracle.open_lots_now(procedure_ids)
        fits = [fit for fit in oracle.fits_of_lots(lots) if settled(fit.interest_id)]
        stored = {
            (row.interest_id, row.lot_id): row
            for row in Match.objects.filter(lot_id__in=lots)
            if settled(row.interest_id)
        }
        wanted = {(fit.interest_id, fit.lot_id) for fit in fits}
        missing = [fit for fit in fits if (fit.interest_id, fit.lot_id) not in stored]
        extra = [row for key, row in stored.items() if key not in wanted and row.dismissed_at is None]
        if missing:
            match.store_missed(missing)
        if extra:
            Match.objects.filter(pk__in=[row.pk for row in extra]).delete()
        return _Compared(len(fits), missing, extra)


def _settled_interests() -> Callable[[UUID], bool]:
    """Says of an interest whether it stands as it is for long enough; those that don't are few."""
    moving = set(Interest.objects.filter(changed_at__gt=Now() - SETTLED).values_list("pk", flat=True))
    return lambda interest_id: interest_id not in moving


def _true_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
