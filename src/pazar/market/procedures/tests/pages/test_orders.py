"""Orders, narrowings and files of the list (J4, B12)."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook
from tests.factories import make_actor
from tests.loops import run

from pazar.ground import clock
from pazar.ground.identity.models import Person
from pazar.market.procedures import queries
from pazar.market.procedures.models import Lot, Procedure
from pazar.market.procedures.queries import Order, Wanted

pytestmark = pytest.mark.django_db
LIST = "/market/procedures/"


def put(title: str, *, days: int = 10, ago: int = 1, value: str | None = None, currency: str = "EUR", **facts) -> None:
    """An outside procedure of one lot, found by its words."""
    from pazar.ground import words

    moment = clock.db_now()
    procedure = Procedure.objects.create(
        **{
            "origin": "outside",
            "state": "published",
            "title": title,
            "buyer_name": "Община",
            "source": "test",
            "source_id": title,
            "currency": currency,
            "value_amount": Decimal(value) if value else None,
            "published_at": moment - timedelta(hours=ago),
            "closes_at": moment + timedelta(days=days),
            "cpv": ["30197630"],
            "regions": ["BG332"],
            **facts,
        }
    )
    Lot.objects.create(
        procedure=procedure,
        number="1",
        cpv=procedure.cpv,
        regions=procedure.regions,
        lemmas=words.lemmas(f"{title} {procedure.description}"),
    )


def titles(wanted: Wanted, **more: object) -> list[str]:
    return [row.title for row in queries.list_page(wanted, moment=clock.db_now(), **more).rows]  # type: ignore[arg-type]


def walked(wanted: Wanted) -> list[str]:
    """The list read by single rows."""
    found, cursor = [], ""
    while True:
        page = queries.list_page(wanted, moment=clock.db_now(), cursor=cursor, limit=1)
        found += [row.title for row in page.rows]
        cursor = page.next
        if not cursor:
            return found


@pytest.fixture
def four():
    put("Хартия", days=9, ago=4, value="100")
    put("Столове", days=3, ago=9, value="5000")
    put("Маси", days=6, ago=1, value="20", description="С хартия за опаковане")
    put("Кабели", days=1, ago=2, value="900000", currency="BGN")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["Кабели", "Столове", "Маси", "Хартия"]),
        (Wanted(order=Order.NEWEST), ["Маси", "Кабели", "Хартия", "Столове"]),
        (Wanted(order=Order.VALUE), ["Столове", "Хартия", "Маси"]),
        (Wanted(order=Order.VALUE, currency="BGN"), ["Кабели"]),
        (Wanted(order=Order.RELEVANCE, text="хартията"), ["Хартия", "Маси"]),
        (Wanted(text="хартията"), ["Маси", "Хартия"]),
        (Wanted(order=Order.DEADLINE, only_open=False), ["Маси", "Кабели", "Хартия", "Столове"]),
        (Wanted(closes_within=timedelta(days=7)), ["Кабели", "Столове", "Маси"]),
        (Wanted(value_min=Decimal(50)), ["Столове", "Хартия"]),
        (Wanted(value_min=Decimal(50), value_max=Decimal(100)), ["Хартия"]),
        (Wanted(currency="BGN"), ["Кабели"]),
        (Wanted(only_open=False, only_over=True), []),
    ],
    ids=lambda value: "" if isinstance(value, list) else None,
)
def test_a_list_stands_in_each_order_and_pages_keep_it(four, wanted, found):
    assert titles(wanted) == found
    assert walked(wanted) == found


def test_a_list_longer_than_is_ranked_says_so(monkeypatch):
    put("Доставка на хартия", days=2)
    put("Хартия", days=3)
    wanted = {"q": "хартия", "order": "relevance"}
    said, visitor = "Choose another order to see all", Client(headers={"accept-language": "en"})
    assert said not in visitor.get(LIST, wanted).content.decode()
    monkeypatch.setattr(queries, "RANKED", 1)
    page = visitor.get(LIST, wanted)
    assert said in page.content.decode()
    assert [row.procedure.title for row in page.context["rows"]] == ["Доставка на хартия"]


def test_what_is_over_stands_alone():
    put("Отворена")
    put("Минала", days=-1)
    put("Затворена", state="closed")
    assert sorted(titles(Wanted(only_open=False, only_over=True))) == ["Затворена", "Минала"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"доставка на хартия"', ["Доставка на хартия"]),
        ("„Доставка  НА хартия“", ["Доставка на хартия"]),
        ("«доставка на»", ["Доставка на хартия", "Хартия, доставка на място"]),
        ("доставка хартия", ["Доставка на хартия", "Хартия, доставка на място"]),
        ('"на хартия доставка"', []),
        ('"50%_"', []),
    ],
)
def test_phrases_are_found_as_they_are_written(text, found):
    put("Доставка на хартия", days=2)
    put("Хартия, доставка на място", days=3)
    assert titles(Wanted(text=text)) == found


def test_a_currency_changed_is_listed_anew():
    put("Хартия", value="10")
    Procedure.objects.update(currency="RON")
    assert titles(Wanted(order=Order.VALUE, currency="RON")) == ["Хартия"]
    assert titles(Wanted(order=Order.VALUE)) == []


def test_narrowings_say_how_many_they_would_leave(four):
    put("Стар", days=-2)
    found = queries.facets(Wanted(), moment=clock.db_now())
    assert (found.of, found.capped) == (4, False)
    assert {term: found.by_term[term] for term in ("ooutside", "c30", "rBG")} == {"ooutside": 4, "c30": 4, "rBG": 4}
    assert not [term for term in found.by_term if len(term) > 3 and term[0] in "cr"]
    assert list(found.by_value) == [3, 0, 0, 0]
    assert list(found.by_days) == [2, 3, 4, 4]


def test_of_a_long_list_narrowings_say_at_least_how_many(four, monkeypatch):
    monkeypatch.setattr(queries, "SAMPLED", 3)
    found = queries.facets(Wanted(), moment=clock.db_now())
    assert (found.of, found.capped) == (3, True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("хратия", "хартия"), ("компютари", "компютри"), ("бетонн смес", "бетон смес"), ("хартия", ""), ("zzqxw", "")],
)
def test_a_mistyped_word_is_put_right(typed, meant):
    put("Хартия и бетонова смес")
    found = queries.likely_words(typed)
    assert bool(found) == bool(meant)
    if typed in ("хратия", "компютари"):
        assert found == meant


def test_the_page_offers_what_was_meant():
    put("Хартия")
    page = Client(headers={"accept-language": "en"}).get(LIST, {"q": "хратия"}).content.decode()
    assert "Did you mean this?" in page and ">хартия<" in page


def member() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Person.objects.get(pk=make_actor().person_id))
    return client


def test_the_page_narrows_orders_and_keeps_what_is_chosen(four):
    page = member().get(LIST, {"narrow": "1", "order": "value", "q": "хартия", "kind": "nonsense", "within": "-4"})
    text = page.content.decode()
    assert [row.procedure.title for row in page.context["rows"]] == ["Хартия", "Маси"]
    assert "order=value" in page.context["files"][0].url
    assert [group.title for group in page.context["facets"]] == ["Category", "Country", "Value in EUR", "Deadline"]
    assert 'name="order" value="value"' in text
    assert page.context["interest"].startswith("/market/interests/new/?words_any=")


def test_the_search_becomes_an_interest_in_one_click(four):
    client = member()
    link = client.get(LIST, {"q": "хартия", "cpv": "30197630"}).context["interest"]
    page = client.get(link)
    assert page.status_code == 200
    assert page.context["form"]["words_any"].value() == "хартия"
    assert page.context["form"]["cpv"].value() == "30197630"
    assert page.context["preview"] is not None


def body(response) -> bytes:
    async def read() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return run(read())


def test_the_list_as_csv(four):
    put("=HYPERLINK(1)", days=20, value="12345678901234.57")
    response = member().get(f"{LIST}list.csv", {"all": "1"})
    raw = body(response)
    assert raw.startswith(b"\xef\xbb\xbf") and int(response["Content-Length"]) == len(raw)
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(rows) == 5
    by_title = {row["Title"]: row for row in rows}
    assert by_title["'=HYPERLINK(1)"]["Estimated value"].rstrip("0") == "12345678901234.57"
    assert by_title["Кабели"]["Currency"] == "BGN"
    assert by_title["Кабели"]["Deadline"][10] == "T" and by_title["Кабели"]["Deadline"][-3] == ":"


def test_the_list_as_a_workbook(four):
    put("=1+1", days=20, value="1.5")
    sheet = load_workbook(io.BytesIO(body(member().get(f"{LIST}list.xlsx", {"order": "value"})))).active
    heads = [cell.value for cell in sheet[1]]
    rows = [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert [row["Estimated value"].value for row in rows] == [5000, 100, 20, 1.5]
    assert (rows[-1]["Title"].value, rows[-1]["Title"].data_type) == ("=1+1", "s")


def test_files_are_for_people_of_companies_and_known_forms():
    assert Client().get(f"{LIST}list.csv").status_code == 302
    assert member().get(f"{LIST}list.exe").status_code == 404


def test_the_api_orders_and_narrows(four):
    def asked(**query: str) -> list[str]:
        return [row["title"] for row in Client().get("/api/v1/procedures", query).json()["items"]]

    assert asked(order="value") == ["Столове", "Хартия", "Маси"]
    assert asked(order="newest", closes_within_days="5") == ["Кабели", "Столове"]
    assert asked(value_min="100", value_max="4000") == ["Хартия"]
    first = Client().get("/api/v1/procedures", {"order": "relevance", "q": "хартия", "limit": "1"}).json()
    assert [row["title"] for row in first["items"]] == ["Хартия"]
    assert [row["title"] for row in Client().get(first["next"]).json()["items"]] == ["Маси"]
    assert Client().get("/api/v1/procedures", {"order": "relevance", "q": "хартия", "cursor": "r²"}).status_code == 400
