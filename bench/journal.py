"""How fast the journal's tree grows, and how long a proof takes: python bench/journal.py [--json] [--entries 1000000].

Entries are written by one statement (their trigger lets them wait), then the sequencer takes them in as it does in a
centre: places, nodes, heads, all committed. The yardstick of the run is the same tree in memory, without a database.
"""

import argparse
import json
import random
from time import perf_counter

from _centre import fresh_centre, work_folder

COVER = 2_000
"""Cover entries, two with each head."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--proofs", type=int, default=1_000)
    asked = parser.parse_args()
    with work_folder() as work, fresh_centre(work):
        found = measure(asked.entries, asked.proofs)
    print(
        json.dumps(found, indent=2) if asked.json else "\n".join(f"{name:34} {value}" for name, value in found.items())
    )


def measure(entries: int, proofs: int) -> dict[str, object]:
    from django.db import connection

    from pazar.ground.journal import sequencer, tree
    from pazar.ground.journal.rules import merkle

    with connection.cursor() as cursor:
        start = perf_counter()
        cursor.execute(
            "INSERT INTO journal_entry (made_at, leaf, secret_key, subject_id)"
            " SELECT now(), sha256(n::text::bytea), 'bench', gen_random_uuid() FROM generate_series(1, %s) n",
            [entries],
        )
        written = perf_counter() - start
        cursor.execute("ANALYZE journal_entry, journal_waiting")
        cursor.execute("SELECT leaf FROM journal_entry ORDER BY id")
        leaves = [bytes(leaf) for (leaf,) in cursor.fetchall()]
    start = perf_counter()
    root = merkle.root(leaves)
    in_memory = perf_counter() - start

    start = perf_counter()
    count = sequencer.sequence()
    sequenced = perf_counter() - start
    head = tree.latest()
    assert head is not None
    assert count == entries
    assert bytes(head.root) == root
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journal_position, journal_node, journal_head")
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass))"
            " FROM unnest(ARRAY['journal_position', 'journal_node', 'journal_head']) name"
        )
        size = int(cursor.fetchone()[0])

    chance = random.Random(7)
    sizes = list(tree.Head.objects.values_list("size", flat=True))
    included = [timed(lambda: tree.inclusion(chance.randint(1, entries), entries)) for _ in range(proofs)]
    consistent = [timed(lambda: tree.consistency(chance.choice(sizes), entries)) for _ in range(proofs)]
    one = []
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO journal_entry (made_at, leaf, secret_key, subject_id)"
                " VALUES (now(), sha256(random()::text::bytea), 'bench', gen_random_uuid())"
            )
        one.append(timed(sequencer.sequence))
    before = journal_bytes()
    for _ in range(COVER // 2):
        sequencer.add_cover(2)
        sequencer.sequence()
    return {
        "entries": entries,
        "cover_bytes_per_entry_with_head": round((journal_bytes() - before) / COVER),
        "sequenced_per_second": round(entries / sequenced),
        "yardstick_in_memory_per_second": round(entries / in_memory),
        "written_by_one_statement_per_second": round(entries / written),
        "tree_bytes_per_entry": round(size / entries),
        "inclusion_ms_p50": share(included, 0.5),
        "inclusion_ms_p95": share(included, 0.95),
        "consistency_ms_p50": share(consistent, 0.5),
        "consistency_ms_p95": share(consistent, 0.95),
        "round_with_one_entry_ms_p50": share(one, 0.5),
        "round_with_one_entry_ms_p95": share(one, 0.95),
    }


def journal_bytes() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname LIKE 'journal\\_%%' AND relkind = 'r'"
            " AND relname <> 'journal_waiting'",
            [],
        )
        return int(cursor.fetchone()[0])


def timed(act: object) -> float:
    start = perf_counter()
    act()  # type: ignore[operator]
    return (perf_counter() - start) * 1000


def share(values: list[float], part: float) -> float:
    return round(sorted(values)[int(len(values) * part)], 2)


if __name__ == "__main__":
    main()
