"""From a publication to the messages of all whom it is for.

    pazar bench fanout [--suppliers 20000] [--rounds 5] [--json]

A fresh embedded database with that many companies, each with a person and an interest of its own (region and words
differ) that the published procedure fits; the matcher and the worker run as processes of their own, as in `pazar up`.
Measured from the commit of the publication: when every match is stored, when 99 of 100 account messages can be read
by their people, when all can. Each round is another procedure. Goals: stored, and 99 of 100 told, within 2 s.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from _centre import SOURCE, fresh_centre, load, spent, work_folder

PATIENCE_SECONDS = 120


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--suppliers", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with work_folder() as work, fresh_centre(work):
        report = measure(chosen.suppliers, chosen.rounds)
    print(json.dumps(report, indent=None if chosen.json else 1))
    return 0


def measure(suppliers: int, rounds: int) -> dict[str, Any]:
    make_suppliers(suppliers)
    from pazar.market.matching.queries import matchers

    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    running = [
        subprocess.Popen([sys.executable, "-m", "pazar", part], env=environment) for part in ("matcher", "worker")
    ]
    try:
        wait(matchers.all_alive)
        bare = bare_rows(suppliers)
        time.sleep(3)  # the worker listens
        found = [one_round(number, suppliers, [process.pid for process in running]) for number in range(rounds)]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)
    return {
        "suppliers": suppliers,
        "rounds": rounds,
        **{name: [one[name] for one in found] for name in found[0]},
        "load_average": load(),
        "yardstick": {"bare_rows_s": bare, "what": "COPY of as many rows of one sealed text each, and one commit"},
        "goal": {"matches_stored_s": 2, "messages_p99_s": 2},
    }


def make_suppliers(count: int) -> None:
    from django.contrib.auth.hashers import make_password
    from django.db import connection

    from pazar.ground.identity.models import Company, Membership, Person
    from pazar.market.matching.models import Interest, InterestVersion
    from pazar.market.matching.queries import stored

    chance = random.Random(1)
    unusable = make_password(None)
    companies = [Company(name=f"Supplier {number}", country="BG", number=f"B{number}") for number in range(count)]
    people = [
        Person(
            name=f"Person {number}",
            email=f"person{number}@bench.example",
            password=unusable,
            language=chance.choice(("bg", "en")),
        )
        for number in range(count)
    ]
    words = ("кабел", "проводник", "напрежение")
    interests = []
    for number, company in enumerate(companies):
        wanted = chance.sample(words, chance.randint(0, 2)) or ["кабел"]
        interests.append(
            Interest(
                company=company,
                name=f"Cables {number % 50}",
                cpv=[chance.choice(("31000000", "31300000", "31320000", "31321000"))],
                regions=[chance.choice(("BG", "BG3", "BG32", "BG323"))] if chance.random() < 0.5 else [],
                words_any=[*wanted, "кабел"][:2] if "кабел" not in wanted else wanted,
                lemmas_any=[*wanted, "кабел"][:2] if "кабел" not in wanted else wanted,
                value_min=Decimal(1000) if chance.random() < 0.3 else None,
            )
        )
    moment = datetime.now(UTC)
    Company.objects.bulk_create(companies, batch_size=2_000)
    Person.objects.bulk_create(people, batch_size=2_000)
    Membership.objects.bulk_create(
        [
            Membership(company=company, person=person, roles=["owner"])
            for company, person in zip(companies, people, strict=True)
        ],
        batch_size=2_000,
    )
    Interest.objects.bulk_create(interests, batch_size=2_000)
    InterestVersion.objects.bulk_create(
        [InterestVersion(interest=one, number=1, content=stored.content(one), made_at=moment) for one in interests],
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        for table in ("identity_company", "identity_membership", "matching_interest", "matching_interestversion"):
            cursor.execute(f"ANALYZE {table}")


def bare_rows(count: int) -> float:
    """What the same many texts cost that nobody computes, seals by person or looks up."""
    from django.db import connection, transaction

    from pazar.ground import sealing

    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bare (number int PRIMARY KEY, content bytea) ON COMMIT DROP")
        with cursor.copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int4", "bytea"])
            for number in range(count):
                copy.write_row((number, sealing.seal(b"x" * 400)))
    return round(time.perf_counter() - begun, 2)


def one_round(number: int, suppliers: int, pids: list[int]) -> dict[str, float]:
    from django.db import connection, transaction

    from pazar import events
    from pazar.ground import clock, outbox
    from pazar.ground.messages.models import Message
    from pazar.market.matching.models import Match
    from pazar.market.procedures.models import Lot, Procedure

    told = Message.objects.count()
    with transaction.atomic():
        now = clock.db_now()
        procedure = Procedure.objects.create(
            reference=f"PZ-B-{number}",
            origin="outside",  # without a box, which is another matter's time
            state="published",
            source="bench",
            source_id=str(number),
            kind="open",
            title="Доставка на кабели за средно напрежение",
            buyer_name="Електромрежа Изток",
            published_at=now,
            closes_at=now + timedelta(days=20),
            value_amount=Decimal(250_000),
            currency="EUR",
        )
        Lot.objects.create(
            procedure=procedure,
            number="1",
            title=procedure.title,
            cpv=["31321000"],
            regions=["BG323"],
            lemmas=["доставка", "кабел", "проводник", "напрежение"],
        )
        outbox.publish(events.ProcedureChanged(procedure_id=procedure.pk, version=1))
    begun, before_cpu = time.perf_counter(), spent(pids)

    def count(model: Any, **narrowed: Any) -> int:
        connection.close_if_unusable_or_obsolete()
        found: int = model.objects.filter(**narrowed).count()
        return found

    took: dict[str, float] = {}
    wait(lambda: count(Match, procedure=procedure) >= suppliers)
    took["matches_stored_s"] = round(time.perf_counter() - begun, 2)
    wait(lambda: count(Message) - told >= suppliers * 0.99)
    took["messages_p99_s"] = round(time.perf_counter() - begun, 2)
    wait(lambda: count(Message) - told >= suppliers)
    took["messages_all_s"] = round(time.perf_counter() - begun, 2)
    matcher, worker = (round(after - before, 2) for after, before in zip(spent(pids), before_cpu, strict=True))
    took |= {"matcher_cpu_s": matcher, "worker_cpu_s": worker}
    from procrastinate.contrib.django.models import ProcrastinateJob

    wait(lambda: not ProcrastinateJob.objects.filter(status__in=("todo", "doing")).exists())
    return took


def wait(true: Any) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > end:
            raise SystemExit("it took too long: is a worker or matcher down?")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
