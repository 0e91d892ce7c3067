from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import make_actor, make_company

from pazar.ground.identity.models import Company, Person
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.market.matching.commands import match
from pazar.market.matching.models import Match
from pazar.market.matching.panels import panels
from pazar.market.matching.queries import matches
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests.factories import make_interest, store_procedure

pytestmark = pytest.mark.django_db
URL = "/market/matches/"


@pytest.fixture
def supplier():
    return make_actor(Role.TENDER_MANAGER)


@pytest.fixture
def buyer():
    return make_company(name="Електромрежа Изток", town="Варна")


def statements(client, path) -> list[str]:
    """What the second opening of a page asks the database, the frame included; labels are known by then."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in asked if query["sql"] not in ("BEGIN", "COMMIT")]


def client_of(actor, language="en") -> Client:
    Person.objects.filter(pk=actor.person_id).update(language=language)
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def matched(buyer, *, lots=1, is_outside=False, **said):
    lot = LotFacts(
        buyer_id=buyer.pk, cpv=("31321000",), regions=("BG411",), lemmas=frozenset({"кабел"}), is_outside=is_outside
    )
    procedure = store_procedure(*[lot] * lots, buyer_name="", **said)
    match.match_procedure(procedure_id=procedure.pk)
    return procedure


def page(actor, path=URL, language="en") -> str:
    answer = client_of(actor, language).get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_title_says_how_many_fit_and_each_says_why(supplier, buyer):
    make_interest(supplier, words_any="кабели", regions=["BG4"])
    matched(buyer, title="Доставка на кабели", value_amount=Decimal(1240000), currency="EUR", language="bg")
    matched(buyer, title="Another", lots=3)
    shown = page(supplier)
    assert "2 procedures fit your interests" in shown
    assert "since you last looked" not in shown  # he looks for the first time
    assert '<a class="t" href="/market/procedures/' in shown
    assert 'lang="bg">Доставка на кабели</a>' in shown
    assert "Електромрежа Изток · Варна" in shown
    assert "31321000 <mark>in your Insulated wire and cable 31300000</mark>" in shown
    assert "word <mark>кабели</mark>" in shown
    assert "BG411</mark>" in shown
    assert "2 more lots fit" in shown
    assert "1 240 000" in shown.replace("\u00a0", " ")


def test_what_came_since_the_last_visit_is_new_until_the_visit_ends(supplier, buyer):
    make_interest(supplier)
    matched(buyer, title="Old")
    page(supplier)
    later(hours=2)
    matched(buyer, title="Fresh")
    home = " ".join(client_of(supplier).get("/").content.decode().split())
    assert 'New matches since you last looked</span><p><b><a href="/market/matches/?show=new">1</a>' in home
    for _visit in range(2):
        shown = page(supplier)
        assert "1 of them is new since you last looked." in shown
        assert "New to you" in shown
    narrowed = page(supplier, f"{URL}?show=new")
    assert "Fresh" in narrowed and "Old" not in narrowed
    later(hours=2)
    assert "None is new since you last looked." in page(supplier)


def later(**by):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_centre SET shift = shift + %s", [timedelta(**by)])


def test_in_bulgarian_too(supplier, buyer):
    make_interest(supplier)
    matched(buyer)
    shown = page(supplier, language="bg")
    assert "1 процедура отговаря на интересите Ви" in shown
    assert "в избраното от Вас „Изолирани жици и кабели“ 31300000" in shown


def test_chips_count_and_narrow(supplier, buyer):
    make_interest(supplier)
    matched(buyer, title="Soon over.", closes_in=timedelta(days=2))
    matched(buyer, title="Far off.", closes_in=timedelta(days=40))
    matched(buyer, title="From elsewhere.", closes_in=timedelta(days=30), is_outside=True)
    over = matched(buyer, title="Over already.")
    type(over).objects.filter(pk=over.pk).update(state="closed")
    titles = ("Soon over.", "Far off.", "From elsewhere.", "Over already.")

    def seen(show):
        shown = page(supplier, f"{URL}?show={show}")
        return [title for title in titles if title in shown]

    assert seen("all") == list(titles[:3])
    assert seen("closing") == ["Soon over."]
    assert seen("outside") == ["From elsewhere."]
    assert seen("nonsense") == list(titles[:3])


def test_bids_begun_have_a_chip_once_somebody_knows_of_them(supplier, buyer, monkeypatch):
    make_interest(supplier)
    begun, _other = matched(buyer, title="Begun."), matched(buyer, title="Not begun.")
    monkeypatch.setattr(matches, "_started", None)
    assert "Bid started" not in page(supplier)
    monkeypatch.setattr(matches, "_started", lambda actor: {begun.pk})
    shown = page(supplier, f"{URL}?show=started")
    assert "Begun." in shown
    assert "Not begun." not in shown


def test_what_closes_first_stands_first_and_the_list_goes_on(supplier, buyer):
    make_interest(supplier)
    for day in range(1, 24):
        matched(buyer, title=f"Title {day:02d}.", closes_in=timedelta(days=day))
    client = client_of(supplier)
    first = client.get(URL)
    shown = first.content.decode()
    assert shown.index("Title 01.") < shown.index("Title 02.")
    assert "Title 21." not in shown
    second = client.get(URL + first.context["next"]).content.decode()
    assert [f"Title {n}." in second for n in (20, 21, 23)] == [False, True, True]


def test_a_procedure_is_put_away_with_a_reason_and_brought_back(supplier, buyer):
    make_interest(supplier)
    procedure = matched(buyer, title="Put away.")
    client = client_of(supplier)
    assert client.post(f"{URL}{procedure.pk}/dismiss/", {"why": "Too small"}).status_code == 302
    assert "Put away." not in page(supplier)
    away = page(supplier, f"{URL}?show=dismissed")
    assert "Put away: Too small" in away
    client.post(f"{URL}{procedure.pk}/restore/")
    assert Match.objects.get().dismissed_at is None


def test_another_company_neither_sees_nor_dismisses(supplier, buyer):
    make_interest(supplier)
    procedure = matched(buyer, title="Ours alone.")
    stranger = make_actor(Role.OWNER)
    assert "Ours alone." not in page(stranger)
    assert client_of(stranger).post(f"{URL}{procedure.pk}/dismiss/").status_code == 404
    assert Match.objects.get().dismissed_at is None


def test_a_reader_sees_and_has_no_acts(supplier, buyer):
    make_interest(supplier)
    procedure = matched(buyer, title="To read.")
    reader = make_actor(Role.READER, company=Company.objects.get(pk=supplier.company_id))
    shown = page(reader)
    assert "To read." in shown
    assert "Not for us" not in shown
    assert client_of(reader).post(f"{URL}{procedure.pk}/dismiss/").status_code == 403


def test_an_empty_page_teaches(supplier):
    assert "Say what you sell" in page(supplier)
    make_interest(supplier)
    assert "Nothing stands here now" in page(supplier)


def test_a_person_without_a_company_has_no_matches():
    from tests.factories import actor_of, make_person

    assert client_of(actor_of(make_person())).get(URL).status_code == 404


def test_the_rail_says_why(supplier, buyer, rf):
    from django.template.loader import render_to_string

    from pazar.ground import clock

    make_interest(supplier)
    procedure = matched(buyer)
    (panel,) = panels(actor=supplier, procedure=procedure, moment=clock.db_now())
    assert (panel.slot, panel.key) == ("rail", "why")
    shown = render_to_string(panel.template, {"procedure": procedure, "panel": panel})
    assert "31300000</mark>" in shown
    assert panels(actor=make_actor(Role.OWNER), procedure=procedure, moment=clock.db_now()) == []


@pytest.mark.django_db(transaction=True)
def test_the_page_asks_at_most_twelve_questions(supplier, buyer):
    make_interest(supplier)
    for _n in range(35):
        matched(buyer, lots=2)
    drain()
    client = client_of(supplier)
    asked = statements(client, URL)
    assert len(asked) <= 12, "\n".join(asked)


def test_matches_are_taken_along_with_their_reasons_and_the_journal_notes_it(supplier):
    import csv
    import io
    import json

    from tests.loops import run

    from pazar.ground.journal.models import Payload

    make_interest(supplier, cpv=["31300000"])
    for n in range(23):  # more than a page
        store_procedure(LotFacts(buyer_id=make_company().pk, cpv=("31321000",), is_outside=True), title=f"=Кабели {n}")
    drain()
    answer = client_of(supplier).get("/market/matches/list.csv")

    async def read() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    rows = list(csv.DictReader(io.StringIO(run(read()).decode("utf-8-sig"), newline="")))
    found = [json.loads(bytes(content)) for content in Payload.objects.values_list("content", flat=True)]
    assert [one["facts"] for one in found if one["kind"] == "list.exported"] == [
        {"list": "matches", "form": "csv", "lines": len(rows)}
    ]
    assert len(rows) == 23
    assert all(row["Procedure"].startswith("'=Кабели") and row["Why it fits"] for row in rows)
