"""The list of companies: for everybody, narrowed, paged, as a file and over the API (J4, B12)."""

import csv
import io

import pytest
from django.test import Client
from tests.factories import make_actor
from tests.loops import run

from pazar.ground.identity.models import Company, Person

pytestmark = pytest.mark.django_db
LIST = "/market/companies/"


@pytest.fixture
def known():
    for name, country, standing, number in (
        ("Кабели Изток АД", "BG", "member", "811"),
        ("Кабели Запад ООД", "BG", "outside", "812"),
        ("Kabel GmbH", "DE", "outside", "813"),
        ("=Formel AG", "DE", "outside", "814"),
    ):
        Company.objects.create(name=name, country=country, standing=standing, number=number)


def names(**query: str) -> list[str]:
    page = Client(headers={"accept-language": "en"}).get(LIST, query)
    return [row["company"].name for row in page.context["rows"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"Кабели Изток АД", "Кабели Запад ООД", "Kabel GmbH", "=Formel AG"}),
        ({"q": "кабели"}, {"Кабели Изток АД", "Кабели Запад ООД"}),
        ({"q": "813"}, {"Kabel GmbH"}),
        ({"country": "de"}, {"Kabel GmbH", "=Formel AG"}),
        ({"country": "nonsense"}, {"Кабели Изток АД", "Кабели Запад ООД", "Kabel GmbH", "=Formel AG"}),
        ({"members": "1"}, {"Кабели Изток АД"}),
        ({"q": "кабел", "country": "FR"}, set()),
    ],
    ids=["all", "name", "number", "country", "no country", "members", "none"],
)
def test_the_list_is_narrowed(known, query, found):
    assert set(names(**query)) == found


def test_members_stand_first_and_pages_follow(known):
    Company.objects.bulk_create(Company(name=f"Фирма {i:03}", country="BG", number=f"9{i}") for i in range(40))
    client = Client()
    first = client.get(LIST)
    second = client.get(LIST + first.context["next_url"].partition("?")[2].join(["?", ""]))
    seen = [row["company"].pk for page in (first, second) for row in page.context["rows"]]
    assert first.context["rows"][0]["company"].name == "Кабели Изток АД"
    assert len(seen) == len(set(seen)) == 44
    assert client.get(LIST, {"cursor": "nonsense"}).status_code == 200


def test_the_list_as_a_file(known):
    assert Client().get(LIST + "list.csv").status_code == 302
    client = Client(headers={"accept-language": "en"})
    client.force_login(Person.objects.get(pk=make_actor().person_id))
    response = client.get(LIST + "list.csv", {"country": "DE"})

    async def read() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    rows = list(csv.DictReader(io.StringIO(run(read()).decode("utf-8-sig"))))
    assert [(row["Name"], row["Company number"]) for row in rows] == [("'=Formel AG", "814"), ("Kabel GmbH", "813")]


def test_the_api_lists_companies(known):
    def asked(**query: str) -> list[str]:
        return [row["name"] for row in Client().get("/api/v1/companies", query).json()["items"]]

    assert asked(only_members="true") == ["Кабели Изток АД"]
    assert asked(country="DE", q="kabel") == ["Kabel GmbH"]
    first = Client().get("/api/v1/companies", {"limit": "1"}).json()
    assert [row["name"] for row in first["items"]] == ["Кабели Изток АД"]
    assert [row["name"] for row in Client().get(first["next"]).json()["items"]] == ["=Formel AG"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Medna jitsa", []),
        ("Medna zhitsa", ["Медна жица АД"]),
        ("жица медна", ["Медна жица АД"]),
        ("МЕДНА", ["Медна жица АД"]),
        ("Софиа", ["Sofia Med", "София Строй"]),
        ("sofiya", ["Sofia Med", "София Строй"]),
        ("sofia stroy", ["София Строй"]),
        ("bulgaria", ["Щастие България"]),
        ("shtastie", ["Щастие България"]),
        ("100%", ["100% Сок"]),
        ("_", []),
    ],
)
def test_names_are_found_in_both_scripts_by_all_their_words(typed, found):
    for name in ("Медна жица АД", "Sofia Med", "София Строй", "Щастие България", "100% Сок"):
        Company.objects.create(name=name)
    assert sorted(names(q=typed)) == sorted(found)


def test_the_list_counts_what_it_could_be_narrowed_to(known):
    page = Client(headers={"accept-language": "en"}).get(LIST, {"narrow": "1"})
    assert [(chip.label, chip.count) for chip in page.context["by_country"]] == [("Bulgaria", "2"), ("Germany", "2")]
    assert [chip.count for chip in page.context["chips"]] == [None, "1"]


def test_the_newest_can_stand_first(known):
    assert names(order="newest") == ["=Formel AG", "Kabel GmbH", "Кабели Запад ООД", "Кабели Изток АД"]
    rows = Client().get("/api/v1/companies", {"order": "newest"}).json()["items"]
    assert [row["name"] for row in rows] == names(order="newest")
