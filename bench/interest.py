"""A changed interest over everything open: how soon its first page stands, and the rest (B1, B2).

    pazar bench interest [--data ../shared] [--procedures 100000] [--rounds 30] [--json]

A fresh embedded database with that many open procedures, made as for `lists`. A tender manager changes his interest by
its command (codes at several depths, regions, words) and looks at *My matches*: `saved` is the change with what a page
shows, `page` the page over HTTP's whole stack in this process, `rest` the job that finds everything else. Goal: the
first page within a second. Yardstick of the same run: all open procedures read once by their codes, without an index.
"""

import argparse
import gzip
import json
import os
import random
import re
import sys
import time
from pathlib import Path
from typing import Any

from _centre import fresh_centre, load, shared_file, work_folder
from lists import fill

FIRST_PAGE_SECONDS = 1.0
RESTS = 2  # rounds in which the rest is found, too: of a broad interest that is tens of thousands


def wanted(notices: list[dict[str, Any]], chance: random.Random) -> Any:
    """As suppliers ask: one to three codes, some with regions, some with words."""
    from pazar.market.matching.commands.interests import Wanted

    first = chance.choice(notices)
    codes = [
        notice["cpv"][0][: chance.choice((2, 3, 4, 5))].ljust(8, "0")
        for notice in [first, *chance.choices(notices, k=chance.choice((0, 0, 1, 2)))]
    ]
    titled = re.findall(r"[^\W\d_]{4,}", first["title"])
    places = [place for place in first.get("nuts") or () if place]
    return Wanted(
        name="Bench",
        cpv=codes,
        regions=[places[0][: chance.choice((2, 3))]] if places and chance.random() < 0.5 else [],
        words_any=", ".join(titled[:2]) if chance.random() < 0.3 else "",
        with_outside=True,
    )


def measure(notices: list[dict[str, Any]], count: int, rounds: int) -> dict[str, Any]:
    import psycopg
    from django.db import connection
    from django.test import Client

    from pazar.ground import clock
    from pazar.ground.identity.models import Company, Membership, Person
    from pazar.ground.identity.queries import actor_for
    from pazar.market.matching.commands import interests, match
    from pazar.market.matching.models import Match

    fill(notices, count, clock.db_now(), open_each=1)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for table in ("listed", "procedure", "lot"):
            owner.execute(f"VACUUM (ANALYZE) procedures_{table}")
    company = Company.objects.create(name="Supplier", country="BG", number="B1", standing=Company.Standing.MEMBER)
    person = Person.objects.create(name="Ana", email="ana@bench.example", password="!", language="en")
    Membership.objects.create(company=company, person=person, roles=["owner"])
    actor = actor_for(person, company_id=company.pk)
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    chance = random.Random(3)
    interest = interests.save_interest(actor=actor, wanted=wanted(notices, chance))
    client.get("/market/matches/")
    took: dict[str, list[float]] = {"saved": [], "page": [], "both": [], "rest": []}
    found = []
    for number in range(rounds):
        asked = wanted(notices, chance)
        begun = time.perf_counter()
        interests.save_interest(actor=actor, interest_id=interest.pk, wanted=asked)
        saved = time.perf_counter()
        answer = client.get("/market/matches/")
        shown = time.perf_counter()
        if answer.status_code != 200:
            raise SystemExit(f"the page answers {answer.status_code}")
        for name, seconds in zip(took, (saved - begun, shown - saved, shown - begun), strict=False):
            took[name].append(seconds)
        if number < RESTS:
            match.match_interest(interest_id=interest.pk)
            took["rest"].append(time.perf_counter() - shown)
            found.append(Match.objects.filter(interest=interest).count())
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procedures_lot WHERE EXISTS (SELECT FROM unnest(cpv) c WHERE c = 'x')")
    scan = time.perf_counter() - begun
    return {
        "open_procedures": count,
        "rounds": rounds,
        "found_by_the_rest": found,
        **{f"{name}_s": shares(times) for name, times in took.items()},
        "yardstick_scan_s": round(scan, 3),
        "load_average": load(),
        "goal": {"both_s": FIRST_PAGE_SECONDS},
    }


def shares(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    p50, p95 = (ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.95))
    return {"p50": round(p50, 3), "p95": round(p95, 3), "most": round(ordered[-1], 3)}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    options.add_argument("--procedures", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=30)
    options.add_argument("--centre", type=Path, help="Keep the centre in this folder.")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    file = shared_file(chosen.data, "notices", "ted_2016_2022.jsonl.gz")
    if file is None:
        print(f"no ted_2016_2022.jsonl.gz under {chosen.data}: name the shared folder by --data or PAZAR_SHARED")
        return 2
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        notices = [one for one in map(json.loads, stream) if one.get("title") and one.get("cpv")]
    with work_folder(chosen.centre) as work, fresh_centre(work):
        report = measure(notices, chosen.procedures, chosen.rounds)
    print(json.dumps(report, indent=None if chosen.json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
