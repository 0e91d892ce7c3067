"""Who matches, and what waits for it. Compared with the true time: a matcher's life isn't the centre's clock's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min
from django.db.models.functions import Now

from pazar.market.matching.models import Matcher, MatchPart, MatchRequest, Sweep

ALIVE = timedelta(seconds=30)
"""A matcher gives a sign of life every few seconds; one that was silent so long is gone."""


def alive() -> list[Matcher]:
    return list(Matcher.objects.filter(seen_at__gt=Now() - ALIVE).order_by("shards", "shard", "started_at"))


def all_alive() -> bool:
    """Whether some division of the interests has a living matcher for every part."""
    parts: dict[int, set[int]] = {}
    for shard, shards in Matcher.objects.filter(seen_at__gt=Now() - ALIVE).values_list("shard", "shards"):
        parts.setdefault(shards, set()).add(shard)
    return any(len(found) == shards for shards, found in parts.items())


@dataclass(frozen=True, kw_only=True)
class State:
    """What the operator sees. `slowest_ms` is of the last hour's publications: from the request to the last match."""

    matchers: Sequence[Matcher]
    is_covered: bool
    waiting: int
    waiting_since: datetime | None
    done: int
    by_oracle: int
    middle_ms: int | None
    slowest_ms: int | None
    sweeps: Sequence[Sweep]


def state() -> State:
    waiting = MatchRequest.objects.filter(finished_at=None).aggregate(count=Count("pk"), since=Min("made_at"))
    hour = MatchRequest.objects.filter(just_published=True, finished_at__gt=Now() - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY took), max(took), count(*)
            FROM (SELECT (extract(epoch FROM finished_at - made_at) * 1000)::int AS took
                  FROM matching_matchrequest
                  WHERE just_published AND finished_at > now() - interval '1 hour') one
            """
        )
        middle, slowest, done = cursor.fetchone()
    return State(
        matchers=alive(),
        is_covered=all_alive(),
        waiting=waiting["count"],
        waiting_since=waiting["since"],
        done=done,
        by_oracle=MatchPart.objects.filter(shards=0, request__in=hour).count(),
        middle_ms=middle,
        slowest_ms=slowest,
        sweeps=list(Sweep.objects.order_by("-begun_at")[:7]),
    )
