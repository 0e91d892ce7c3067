"""Lists and search over a million procedures: the API and the pages a visitor sees (J4, B12).

    pazar bench lists [--data ../shared] [--procedures 1000000] [--looks 100] [--awards] [--json]

The procedures are made from the real notices of `ted_2016_2022.jsonl.gz`: each many times, with a tenth of its words
taken from another one, published over six years, two of a hundred open. Goals, p95 in ms: newest 15, by date 20, random
depth 20, a word 40, a word that isn't there 40, count 20; the same as HTML pages 50. Requests pass through the whole
stack in one process (no socket).
"""

import argparse
import gzip
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from _centre import fresh_centre, load, shared_file, work_folder

GOALS = {"newest": 15, "by date": 20, "random depth": 20, "word": 40, "absent word": 40, "count": 20}


def fill(notices: list[dict[str, Any]], count: int, moment: datetime, *, open_each: int = 50) -> None:
    """COPY the procedures in by batches, as the importer does; one of `open_each` is open."""
    from django.db import connection

    from pazar.ground import words
    from pazar.ground.ids import new_id

    chance = random.Random(11)
    known = [
        (
            one["title"][:300],
            one["buyer"]["name"][:200] if one.get("buyer") else "",
            one["cpv"][:6],
            (one.get("nuts") or [])[:3],
            words.lemmas(f"{one['title']} {one.get('description') or ''}"[:4000])[:120],
            (one.get("language") or "")[:2].lower(),
        )
        for one in notices
    ]
    made = 0
    while made < count:
        procedures, lots = [], []
        for number in range(made, min(made + 10_000, count)):
            title, buyer, cpv, regions, lemmas, language = known[chance.randrange(len(known))]
            other = known[chance.randrange(len(known))][4]
            said = sorted({*lemmas[len(lemmas) // 10 :], *other[: len(lemmas) // 10], f"nr{number}"})
            is_open = number % open_each == 0
            published = moment - timedelta(
                days=20 if is_open else 60, seconds=chance.randrange(6 * 365 * 86_400 // (60 if is_open else 1))
            )
            closes = (
                moment + timedelta(seconds=chance.randrange(1, 30 * 86_400))
                if is_open
                else published + timedelta(days=30)
            )
            pk = new_id()
            procedures.append(
                (pk, "", "outside", "published" if is_open else "closed", 1, f"{title} nr{number}", "", buyer, language,
                 "EUR", cpv, regions, "server", False, published, closes, "bench", str(number), moment, moment)
            )  # fmt: skip
            lots.append((new_id(), pk, "1", 0, title, "", cpv, regions, "EUR", said))
        with connection.cursor() as cursor:
            with cursor.copy(
                "COPY procedures_procedure (id, reference, origin, state, version, title, description, buyer_name,"
                " language, currency, cpv, regions, seal, vat_included, published_at, closes_at, source, source_id,"
                " created_at, changed_at, kind, regime, award_criterion, payment_terms, delivery_terms, requirements,"
                " end_reason, source_publisher, source_url) FROM STDIN"
            ) as copy:
                for row in procedures:
                    copy.write_row((*row, *[""] * 9))
            with cursor.copy(
                "COPY procedures_lot (id, procedure_id, number, position, title, description, cpv, regions, currency,"
                " lemmas) FROM STDIN"
            ) as copy:
                for row in lots:
                    copy.write_row(row)
        made += len(procedures)


def addresses(
    notices: list[dict[str, Any]], count: int, looks: int, moment: datetime
) -> dict[str, list[tuple[str, str]]]:
    """For each kind of look the addresses of the API and of the page."""
    from pazar.ground import words
    from pazar.ground.api.paging import _write

    chance = random.Random(5)
    vocabulary = sorted({lemma for one in notices for lemma in words.lemmas(one["title"]) if len(lemma) > 3})
    api, page = "/api/v1/procedures?only_open=false", "/market/procedures/?all=1"

    def depth() -> tuple[str, str]:
        at, pk = (
            moment - timedelta(seconds=chance.randrange(60 * 86_400, 6 * 365 * 86_400)),
            UUID(int=chance.getrandbits(128)),
        )
        cursor = _write([at, pk], ["-published_at", "-procedure_id"])
        return f"{api}&cursor={cursor}", f"{page}&after={cursor}"

    def word() -> tuple[str, str]:
        one = chance.choice(vocabulary)
        return f"{api}&q={one}", f"{page}&q={one}"

    def absent() -> tuple[str, str]:
        one = f"zzq{chance.randrange(10**9)}"
        return f"{api}&q={one}", f"{page}&q={one}"

    def counted() -> tuple[str, str]:
        one = chance.choice(
            ["", f"&q={chance.choice(vocabulary)}", f"&cpv={chance.choice(['45', '33', '71', '09'])}000000"]
        )
        return f"{api.replace('procedures?', 'procedures/count?')}{one}", f"{page}{one}"

    kinds: dict[str, Callable[[], tuple[str, str]]] = {
        "newest": lambda: (api, page),
        "by date": lambda: ("/api/v1/procedures", "/market/procedures/"),
        "random depth": depth,
        "word": word,
        "absent word": absent,
        "count": counted,
    }
    return {name: [make() for _ in range(looks)] for name, make in kinds.items()}


def timed(client: Any, asked: Iterator[str]) -> dict[str, float]:
    took = []
    for address in asked:
        begun = time.perf_counter()
        answer = client.get(address)
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
    took.sort()
    return {
        "p50": round(took[len(took) // 2], 1),
        "p95": round(took[int(len(took) * 0.95)], 1),
        "worst": round(took[-1], 1),
    }


def measure(notices: list[dict[str, Any]], count: int, looks: int) -> dict[str, Any]:
    import psycopg
    from django.test import Client

    from pazar.ground import clock
    from pazar.market.procedures.models import Procedure

    moment = clock.db_now()
    begun, missing = time.perf_counter(), count - Procedure.objects.filter(source="bench").count()
    fill(notices, missing, moment)
    filled = time.perf_counter() - begun
    # What autovacuum does within minutes of a large import.
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for table in ("listed", "procedure", "lot"):
            owner.execute(f"VACUUM (ANALYZE) procedures_{table}")
    client = Client(SERVER_NAME="localhost")
    report: dict[str, Any] = {
        "procedures": count,
        "filled_per_second": round(missing / filled) if missing > 0 else None,
        "api_ms": {},
        "page_ms": {},
    }
    for name, pairs in addresses(notices, count, looks, moment).items():
        for at, key in ((0, "api_ms"), (1, "page_ms")):
            timed(client, iter([pair[at] for pair in pairs[:5]]))
            report[key][name] = timed(client, (pair[at] for pair in pairs))
    report["yardstick_healthz_ms"] = timed(client, iter(["/healthz"] * looks))
    report["load_average"] = load()
    report["goal_p95_ms"] = {"api": GOALS, "page": 50}
    report["missed"] = [
        f"{key} {name}"
        for key, name, goal in (
            *(("api_ms", name, goal) for name, goal in GOALS.items()),
            *(("page_ms", name, 50) for name in GOALS),
        )
        if report[key][name]["p95"] > goal
    ]
    return report


FILL_AWARDS = """
WITH winners AS (SELECT id, name, row_number() OVER (ORDER BY id) - 1 AS n FROM identity_company WHERE town = 'bench')
INSERT INTO awards_listedaward (id, procedure_id, lot_number, title, listed_on, amount, currency, terms, decided_on,
                                winner_id, winner_names, bids_received)
SELECT gen_random_uuid(), l.procedure_id, '', p.title, days.day, abs(hashtext(p.source_id)) %% 2000000, 'EUR',
       l.terms || ARRAY['a1', 's' || w.id], days.day, w.id, ARRAY[w.name], 3
  FROM procedures_listed l
  JOIN procedures_procedure p ON p.id = l.procedure_id
 CROSS JOIN LATERAL (SELECT (l.published_at AT TIME ZONE 'UTC')::date + 60 AS day) AS days
  JOIN winners w ON w.n = abs(hashtext(p.source_id)) %% (SELECT count(*) FROM winners)
 WHERE p.source = 'bench' AND NOT EXISTS (SELECT FROM awards_listedaward a WHERE a.procedure_id = p.id)
 LIMIT %s
"""
WINNERS = 5_000


def fill_awards(count: int) -> None:
    """An award for each procedure, to one of five thousand companies, with its procedure's terms."""
    from django.db import connection

    from pazar.ground.identity.models import Company

    if not Company.objects.filter(town="bench").exists():
        Company.objects.bulk_create(Company(name=f"Winner {n} Ltd", country="DE", town="bench") for n in range(WINNERS))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM awards_listedaward")
        cursor.execute(FILL_AWARDS, [count - cursor.fetchone()[0]])


def award_addresses(notices: list[dict[str, Any]], looks: int, moment: datetime) -> dict[str, list[tuple[str, str]]]:
    """For each kind of look at awards the addresses of the API and of the page."""
    from pazar.ground import words
    from pazar.ground.api.paging import _write
    from pazar.ground.identity.models import Company

    chance = random.Random(7)
    vocabulary = sorted({lemma for one in notices for lemma in words.lemmas(one["title"]) if len(lemma) > 3})
    winners = [str(pk) for pk in Company.objects.filter(town="bench").values_list("pk", flat=True)[:1000]]

    def both(query: str, *, cursor: str = "") -> tuple[str, str]:
        asked = "&".join(part for part in (query, f"cursor={cursor}" if cursor else "") if part)
        return f"/api/v1/awards?{asked}", f"/market/awards/?{asked}"

    def depth() -> tuple[str, str]:
        at = (moment - timedelta(days=chance.randrange(6 * 365))).date()
        return both("", cursor=_write([at, UUID(int=chance.getrandbits(128))], ["-listed_on", "-id"]))

    def counted() -> tuple[str, str]:
        one = chance.choice([f"q={chance.choice(vocabulary)}", f"cpv={chance.choice(['45', '33', '71', '09'])}000000"])
        return f"/api/v1/awards/count?{one}", f"/market/awards/?{one}&narrow=1"

    kinds: dict[str, Callable[[], tuple[str, str]]] = {
        "newest": lambda: both(""),
        "by value": lambda: both("order=value"),
        "random depth": depth,
        "word": lambda: both(f"q={chance.choice(vocabulary)}"),
        "absent word": lambda: both(f"q=zzq{chance.randrange(10**9)}"),
        "winner": lambda: both(f"winner={chance.choice(winners)}"),
        "count, with facets on the page": counted,
    }
    return {name: [make() for _ in range(looks)] for name, make in kinds.items()}


def measure_awards(notices: list[dict[str, Any]], count: int, looks: int) -> dict[str, Any]:
    """Lists of awards as they are read; they have no goals of their own, those of procedures say what is wanted."""
    import psycopg
    from django.test import Client

    from pazar.ground import clock

    fill_awards(count)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE) awards_listedaward")
    client = Client(SERVER_NAME="localhost")
    report: dict[str, Any] = {"awards": count, "api_ms": {}, "page_ms": {}}
    for name, pairs in award_addresses(notices, looks, clock.db_now()).items():
        for at, key in ((0, "api_ms"), (1, "page_ms")):
            timed(client, iter([pair[at] for pair in pairs[:5]]))
            report[key][name] = timed(client, (pair[at] for pair in pairs))
    report["load_average"] = load()
    return report


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    arguments.add_argument("--procedures", type=int, default=1_000_000)
    arguments.add_argument("--looks", type=int, default=100)
    arguments.add_argument("--centre", type=Path, help="Keep the centre in this folder, and use it again.")
    arguments.add_argument("--awards", action="store_true", help="Lists of awards too, one for each procedure.")
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    file = shared_file(chosen.data, "notices", "ted_2016_2022.jsonl.gz")
    if file is None:
        print(f"no ted_2016_2022.jsonl.gz under {chosen.data}: name the shared folder by --data or PAZAR_SHARED")
        return 2
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        notices = [one for one in map(json.loads, stream) if one.get("title") and one.get("cpv")]
    with work_folder(chosen.centre) as work, fresh_centre(work):
        report = measure(notices, chosen.procedures, chosen.looks)
        if chosen.awards:
            report["awards"] = measure_awards(notices, chosen.procedures, chosen.looks)
    print(json.dumps(report, indent=None if chosen.json else 1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
