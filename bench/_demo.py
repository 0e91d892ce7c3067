"""The main pages of a demo centre, each with the person who looks at it: for the benchmark and for the query counts."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))


@dataclass(frozen=True, kw_only=True)
class Look:
    """A page as one person sees it; `person` None is a visitor."""

    name: str
    path: str
    person: Any
    company_id: Any = None


@contextmanager
def demo_centre(data: Path | None) -> Iterator[None]:
    """A seeded demo in `data`, or in a folder of its own that is removed afterwards; Django is loaded."""
    folder = data or Path(tempfile.mkdtemp(prefix="pazar-bench-"))
    os.environ.setdefault("PAZAR_LOG_LEVEL", "ERROR")
    from pazar.config import cli
    from pazar.ground import console

    try:
        with console.database(console.data_folder(folder)):
            cli._bring_up_to_date("demo")
            console.load_django()
            from pazar.roof.demo.cli import prepare

            prepare()
            yield
    finally:
        if data is None:
            from pazar.ground.postgres.cluster import stop

            stop(folder)
            shutil.rmtree(folder, ignore_errors=True)


def looks() -> list[Look]:
    """The ten main pages, on the fullest example of each that the centre has."""
    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.ground.identity.scope import acting

    with acting(CENTRE):
        return [find() for find in _FINDERS]


def _person(company_id: Any, *roles: str) -> Any:
    from pazar.ground.identity.models import Person

    return Person.objects.filter(
        memberships__company_id=company_id, memberships__is_active=True, memberships__roles__overlap=list(roles)
    ).first()


def _fullest(model: Any, field: str, **narrowed: Any) -> Any:
    from django.db.models import Count

    row = model.objects.filter(**narrowed).values(field).annotate(n=Count("pk")).order_by("-n").first()
    return row and row[field]


def _home() -> Look:
    return Look(name="home", path="/", person=None)


def _procedures() -> Look:
    return Look(name="procedures", path="/market/procedures/", person=None)


def _of_state(state: str) -> Any:
    from pazar.market.procedures.models import Procedure

    return Procedure.objects.filter(origin="own", state=state).order_by("created_at").first()


def _procedure() -> Look:
    from pazar.market.bids.models import Bid

    bid = Bid.objects.filter(state="draft", procedure__state="published").order_by("created_at").first()
    company = bid.company_id
    return Look(
        name="a procedure",
        path=f"/market/procedures/{bid.procedure_id}/",
        person=_person(company, "owner", "tender_manager"),
        company_id=company,
    )


def _matches() -> Look:
    from pazar.market.matching.models import Match

    company = _fullest(Match, "company_id")
    return Look(
        name="my matches",
        path="/market/matches/",
        person=_person(company, "owner", "tender_manager"),
        company_id=company,
    )


def _interests() -> Look:
    from pazar.market.matching.models import Interest, Match

    company = _fullest(Match, "company_id")
    interest = Interest.objects.filter(company_id=company).first()
    return Look(
        name="interests",
        path=f"/market/interests/{interest.pk}/",
        person=_person(company, "owner", "tender_manager"),
        company_id=company,
    )


def _bid() -> Look:
    from pazar.market.bids.models import Bid

    bid = Bid.objects.filter(state="draft", procedure__state="published").order_by("created_at").first()
    return Look(
        name="bid",
        path=f"/market/bids/{bid.pk}/",
        person=_person(bid.company_id, "owner", "tender_manager"),
        company_id=bid.company_id,
    )


def _comparison() -> Look:
    procedure = _of_state("opened")
    return Look(
        name="comparison",
        path=f"/market/procedures/{procedure.pk}/?tab=comparison",
        person=_person(procedure.buyer_id, "owner", "buyer"),
        company_id=procedure.buyer_id,
    )


def _award() -> Look:
    procedure = _of_state("awarded")
    return Look(
        name="award",
        path=f"/market/procedures/{procedure.pk}/?tab=award",
        person=_person(procedure.buyer_id, "owner", "buyer"),
        company_id=procedure.buyer_id,
    )


def _desk(name: str, path: str) -> Callable[[], Look]:
    def find() -> Look:
        from pazar.sales.channels.models import Opportunity

        company = _fullest(Opportunity, "company_id")
        return Look(
            name=name,
            path=path,
            person=_person(company, "owner", "sales_director", "sales_manager"),
            company_id=company,
        )

    return find


_FINDERS: list[Callable[[], Look]] = [
    _home,
    _procedures,
    _procedure,
    _matches,
    _interests,
    _bid,
    _comparison,
    _award,
    _desk("inbox", "/sales/inbox/"),
    _desk("board", "/sales/deals/"),
]


class Queries:
    """Counts the statements a request costs, transactions' own included."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def client_of(look: Look) -> Any:
    """A test client logged in as the look's person, for the company it is about."""
    from django.test import Client

    client = Client()
    if look.person is not None:
        client.force_login(look.person)
        session = client.session
        if look.company_id:
            session["company_id"] = str(look.company_id)
            session.save()
    return client
