"""Give entries their places and grow the tree over them: once a second, one at a time, whichever node does it (J1).

An entry waits (`Waiting`) from the moment its transaction commits, whatever its number, so none is skipped because
it took its number early and committed late; and a long transaction holds back its own entries only.
"""

import random
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction

from pazar.ground import clock, keys
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.ids import new_id
from pazar.ground.journal import commands, tree
from pazar.ground.journal.models import Disclosure, Head, Position
from pazar.ground.journal.rules import cover, head

BATCH = 5_000
"""Entries a transaction takes in; a backlog is several of them, with a head each."""
COVER = "journal.cover"
MOST_ACTS = 100
"""Of cover, in one round."""
_LOCK = 0x70617A61
_chance = random.SystemRandom()
_owed = 0  # cover entries that follow with the next round


def one_round() -> int:
    """The worker's round, once a second: the cover that is due, then everything that waits.

    Answers 0 always: a second round at once would tell by its head that something had happened.
    """
    global _owed
    due = [cover.shape(_chance) for _act in range(_acts_due(settings.JOURNAL_COVER_PER_HOUR))]
    add_cover(_owed + sum(one.now for one in due))
    _owed = sum(one.next for one in due)
    sequence()
    return 0


def _acts_due(per_hour: float) -> int:
    """How many cover acts this node is to do now; nodes that ask at once share them."""
    acts = 0
    while per_hour > 0 and acts < MOST_ACTS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM journal_coverclock WHERE next_at > clock_timestamp()")
            if cursor.fetchone() is not None:
                return acts
            # A centre that stood still doesn't make up for it: its journal would show when it came back.
            cursor.execute(
                'INSERT INTO journal_coverclock AS c ("only", next_at)'
                " VALUES (true, clock_timestamp() + %(gap)s * interval '1 second')"
                ' ON CONFLICT ("only") DO UPDATE SET next_at'
                " = greatest(c.next_at, clock_timestamp() - interval '2 seconds') + %(gap)s * interval '1 second'"
                " WHERE c.next_at <= clock_timestamp()",
                {"gap": cover.gap(per_hour, _chance)},
            )
            acts += cursor.rowcount
    return acts


def sequence() -> int:
    """Take in what has waited; how many entries got their place. Waits while another node does the same."""
    count = 0
    while True:
        placed, more = _batch()
        count += placed
        if not more:
            return count


def add_cover(count: int) -> None:
    """Append `count` entries that say nothing, so that the number of entries tells little of what happened.

    They wait, are placed and are shown like any secret entry, each under a key of its own about a thing of its own,
    which isn't there; only whoever may read payloads can tell them apart.
    """
    for _one in range(count):
        nothing = new_id()
        with transaction.atomic():
            commands.append(COVER, actor=CENTRE, subject=Disclosure(pk=nothing), secret_key=f"{COVER}:{nothing}")


def _batch() -> tuple[int, bool]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A statement of its own: the next one's snapshot then sees what the sequencer before us did.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = tree.latest()
        size = last.size if last is not None else 0
        top = Position.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        if top > size:  # placed before there was a tree
            behind = Position.objects.filter(seq__gt=size).order_by("seq")[:BATCH]
            leaves = [bytes(leaf) for leaf in behind.values_list("entry__leaf", flat=True)]
            placed = 0
        else:
            leaves = _place(top)
            placed = len(leaves)
        if leaves:
            _grow(size, leaves)
        return placed, len(leaves) == BATCH or top > size


def _place(top: int) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.leaf FROM journal_waiting w JOIN journal_entry e ON e.id = w.entry_id"
            " ORDER BY w.entry_id LIMIT %s",
            [BATCH],
        )
        rows = cursor.fetchall()
        ids = [entry_id for entry_id, _leaf in rows]
        if ids:
            cursor.execute(
                "INSERT INTO journal_position (seq, entry_id)"
                " SELECT %s + place, entry_id FROM unnest(%s::bigint[]) WITH ORDINALITY AS w (entry_id, place)",
                [top, ids],
            )
            cursor.execute("DELETE FROM journal_waiting WHERE entry_id = ANY(%s)", [ids])
    return [bytes(leaf) for _entry_id, leaf in rows]


def _grow(size: int, leaves: Sequence[bytes]) -> None:
    frontier = tree.frontier(size)
    tree.write([made for leaf in leaves for made in frontier.append(leaf)])
    root, moment = frontier.root(), clock.db_now()
    signed = head.sign(origin=settings.JOURNAL_ORIGIN, size=frontier.size, root=root, at=moment, key=keys.signing())
    Head.objects.create(size=frontier.size, root=root, note=signed.note, made_at=moment)
