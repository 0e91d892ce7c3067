"""Lists of awards and of items: words, filters with counts, orders, depth, files (J4)."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from arro3.io import read_parquet
from django.test import Client
from tests.factories import make_actor, make_company
from tests.loops import run

from pazar.ground import clock
from pazar.ground.identity.models import Person
from pazar.market.awards.commands.listing import list_again
from pazar.market.awards.queries import lists
from pazar.market.awards.queries.lists import Only, Order, Wanted
from pazar.market.awards.tests.outside import put_award
from pazar.market.procedures.tests.factories import make_procedure

pytestmark = pytest.mark.django_db
AWARDS = "/market/awards/"
ITEMS = "/market/items/"


def titles(wanted: Wanted, **more: object) -> list[str]:
    page = lists.list_page(lists.awards(wanted), wanted, **more)  # type: ignore[arg-type]
    return [row.procedure.title for row in page.rows]


def member() -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=make_actor().person_id))
    return client


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("тонерите", ["Доставка на тонери"]),
        ("cables", ["Supply of a cable"]),
        ("доставки", ["Доставка на тонери", "Доставка на хляб"]),
        ("община", ["Доставка на тонери"]),
        ("хлебозавод", ["Доставка на хляб"]),
        ("доставка тонер хлебозавод", []),
        ("„на тонери“", ["Доставка на тонери"]),
        ("„тонери на“", []),
        ("15810000-9", ["Доставка на хляб"]),
        ("няматакава", []),
    ],
)
def test_awards_are_found_by_words_in_any_form(asked, found):
    put_award("Доставка на тонери", ["Офис ООД"], decided=date(2026, 5, 3))
    put_award("Доставка на хляб", ["Хлебозавод АД"], buyer="Болница", cpv="15810000", decided=date(2026, 5, 2))
    put_award("Supply of a cable", ["Cable Ltd"], buyer="Council", decided=date(2026, 5, 1))
    assert titles(Wanted(text=asked)) == found


def test_an_award_is_found_by_its_reference():
    award = put_award("Доставка", ["А ООД"])
    put_award("Друга", ["Б ООД"])
    assert titles(Wanted(text=award.procedure.reference.lower())) == ["Доставка"]


def test_awards_are_narrowed_by_every_filter():
    winner, buyer = make_company("Мост АД"), make_company("Община Варна")
    put_award("Мост", ["Мост АД"], company=winner, buyer_company=buyer, cpv="45221100", region="BG331", amount="70000")
    put_award("Стар", ["Х"], decided=date(2020, 1, 1), amount="5", currency="BGN", region="RO121")
    for wanted in (
        Wanted(winner=winner.pk),
        Wanted(buyer=buyer.pk),
        Wanted(cpv="45000000"),
        Wanted(region="BG33"),
        Wanted(value_min=Decimal(60000)),
        Wanted(since=date(2026, 1, 1)),
        Wanted(currency="EUR"),
    ):
        assert titles(wanted) == ["Мост"], wanted
    for wanted in (Wanted(until=date(2020, 1, 1)), Wanted(currency="BGN", value_max=Decimal(5)), Wanted(region="RO")):
        assert titles(wanted) == ["Стар"], wanted
    assert titles(Wanted(origin="own")) == []


def test_awards_stand_by_day_value_or_closest_title():
    put_award("Хартия и тонери", ["А"], amount="5", decided=date(2026, 1, 3))
    put_award("Тонери", ["Б"], amount="50", decided=date(2026, 1, 2))
    put_award("Хартия тонери", ["В"], amount=None, decided=date(2026, 1, 1))
    assert titles(Wanted()) == ["Хартия и тонери", "Тонери", "Хартия тонери"]
    assert titles(Wanted(order=Order.VALUE)) == ["Тонери", "Хартия и тонери"]
    put_award("Друго", ["Тонери Хартия ООД"], decided=date(2026, 1, 4))
    by_title = titles(Wanted(text="тонери хартия", order=Order.RELEVANCE))
    assert by_title == ["Хартия и тонери", "Хартия тонери", "Друго"]


@pytest.mark.parametrize("order", [Order.NEWEST, Order.VALUE, Order.RELEVANCE])
def test_a_list_is_read_to_its_end_page_by_page(order):
    for n in range(7):
        put_award(f"Хартия {n}", ["А"], amount=str(100 - n // 2), decided=date(2026, 1, 1 + n // 3))
    wanted = Wanted(text="хартия", order=order)
    walked: list[str] = []
    cursor = ""
    while True:
        page = lists.list_page(lists.awards(wanted), wanted, cursor=cursor, limit=2)
        walked += [row.procedure.title for row in page.rows]
        cursor = page.next
        if not cursor:
            break
    assert walked == titles(wanted)
    assert len(set(walked)) == 7


def test_the_page_counts_what_it_could_be_narrowed_to():
    winner = make_company("Мост АД")
    put_award("Мост", ["Мост АД"], company=winner, cpv="45221100", amount="70000")
    put_award("Път", ["Мост АД"], company=winner, cpv="45233120", decided=date(2024, 1, 1))
    put_award("Хартия", ["А"])
    facets = lists.facets(lists.awards(Wanted()), Wanted())
    assert (facets.by_term["c45"], facets.by_term["c30"], facets.by_term[f"s{winner.pk}"]) == (2, 1, 2)
    assert facets.by_term["ooutside"] == facets.by_term["rBG"] == facets.of == 3
    assert facets.by_value == [2, 0, 1, 0, 0]
    assert facets.by_year == [(2026, 2), (2024, 1)]
    page = Client().get(AWARDS, {"narrow": "1"}).content.decode()
    assert f"winner={winner.pk}" in page
    assert "since=2024-01-01" in page


def test_each_award_leads_to_its_procedure_and_its_winner():
    winner = make_company("Мост АД")
    award = put_award("Мост", ["Мост АД"], company=winner)
    page = Client().get(AWARDS).content.decode()
    assert f"/market/procedures/{award.procedure_id}/" in page
    assert f"/market/companies/{winner.pk}/" in page


@pytest.mark.parametrize("path", [AWARDS, ITEMS])
@pytest.mark.parametrize(
    "query",
    [
        {"cpv": "99999999"},
        {"region": "XX"},
        {"winner": "nobody"},
        {"buyer": "1"},
        {"value_min": "NaN"},
        {"since": "2026-13-45"},
        {"order": "best"},
        {"order": "deadline"},
        {"order": "relevance", "cursor": "r9999"},
        {"cursor": "x"},
        {"only": "all"},
        {"currency": "лев"},
        {"q": "„“"},
        {"q": "(" * 200},
        {"narrow": "1", "since": "0001-01-01", "until": "9999-12-31"},
    ],
)
def test_what_cannot_be_read_narrows_nothing_and_breaks_nothing(path, query):
    put_award("Мост", ["Мост АД"], items=["Греда"])
    assert Client().get(path, query).status_code == 200


def test_items_are_found_by_what_they_are():
    put_award("Канцеларски материали", ["Перо ООД"], items=["Тонер за принтер", "Хартия A4"])
    moment = clock.db_now()
    wanted = Wanted(text="тонерите")
    (row,) = lists.list_page(lists.items(wanted, moment=moment), wanted).rows
    assert row.title == "Тонер за принтер"
    page = Client().get(ITEMS, {"q": "хартия"}).content.decode()
    assert "Хартия A4" in page
    assert "Тонер за принтер" not in page


def test_items_are_found_by_what_their_category_is_called():
    put_award("Доставка", ["А"], items=["NYY-J 4x16"], item_cpv="31321210")
    moment = clock.db_now()
    for asked in ("кабелите", "cables", "ниско напрежение"):
        wanted = Wanted(text=asked)
        assert [row.title for row in lists.list_page(lists.items(wanted, moment=moment), wanted).rows] == ["NYY-J 4x16"]


def test_items_asked_for_now_stand_by_deadline():
    late = make_procedure(title="Късна", closes_at=clock.db_now() + timedelta(days=30))
    soon = make_procedure(title="Скорошна", closes_at=clock.db_now() + timedelta(days=10))
    put_award("Стара", ["А"], items=["Кабел"])
    list_again([late.pk, soon.pk])
    moment = clock.db_now()

    def found(wanted: Wanted, *, at=moment) -> list[str]:
        return [row.procedure.title for row in lists.list_page(lists.items(wanted, moment=at), wanted).rows]

    assert found(Wanted(only=Only.OPEN, order=Order.DEADLINE)) == ["Скорошна", "Късна"]
    assert found(Wanted(only=Only.OPEN), at=moment + timedelta(days=20)) == ["Късна"]
    assert found(Wanted(only=Only.AWARDED)) == ["Стара"]
    assert len(found(Wanted())) == 3


@pytest.mark.parametrize(("path", "head"), [(AWARDS, "Winner"), (ITEMS, "Item")])
def test_files_hold_what_the_list_shows(path, head):
    put_award("=cmd", ["+Мост АД"], items=["=1+1"])
    put_award("Хартия", ["А"], items=["Хартия"])
    answer = member().get(f"{path}list.csv", {"q": "хартия"})
    rows = list(csv.DictReader(io.StringIO(_content(answer).decode("utf-8-sig"), newline="")))
    assert [row["Procedure"] for row in rows] == ["Хартия"]
    whole = list(csv.DictReader(io.StringIO(_content(member().get(f"{path}list.csv")).decode("utf-8-sig"), newline="")))
    assert {row["Procedure"] for row in whole} == {"'=cmd", "Хартия"}
    table = read_parquet(io.BytesIO(_content(member().get(f"{path}list.parquet")))).read_all()
    assert head in table.column_names
    assert {one.as_py() for one in table["Procedure"]} == {"=cmd", "Хартия"}
    assert Client().get(f"{path}list.csv").status_code == 302
    assert member().get(f"{path}list.exe").status_code == 404


def _content(answer: object) -> bytes:
    async def read() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])  # type: ignore[attr-defined]

    return run(read())


def test_the_api_lists_the_same():
    winner = make_company("Мост АД")
    put_award("Мост", ["Мост АД"], company=winner, amount="70000", items=["Греда"])
    put_award("Хартия", ["А"])
    client = Client()
    rows = client.get("/api/v1/awards", {"winner": str(winner.pk)}).json()["items"]
    assert [(row["procedure_title"], row["winner_names"], row["amount"]) for row in rows] == [
        ("Мост", ["Мост АД"], "70000.0000")
    ]
    assert client.get("/api/v1/awards/count", {"q": "хартия"}).json() == {"count": 1, "more": False}
    first = client.get("/api/v1/awards", {"limit": 1}).json()
    second = client.get(first["next"]).json()
    assert {first["items"][0]["procedure_title"], second["items"][0]["procedure_title"]} == {"Мост", "Хартия"}
    assert second["next"] is None
    (item,) = client.get("/api/v1/items", {"q": "греди", "only": "awarded"}).json()["items"]
    assert (item["title"], item["unit_price"], item["is_open"]) == ("Греда", "35000.00", False)
    assert client.get("/api/v1/items/count").json()["count"] == 1
    assert client.get("/api/v1/awards", {"cursor": "x"}).status_code == 400
