import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.identity.models import Person
from pazar.market.procedures import queries
from pazar.market.procedures.commands import cancel, enquiries
from pazar.market.procedures.models import Lot, Procedure
from pazar.market.procedures.queries import Wanted
from pazar.market.procedures.tests.factories import LOT, make_buyer, make_draft, make_procedure

pytestmark = pytest.mark.django_db
LIST = "/market/procedures/"


def browser(actor=None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if actor is not None:
        client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def make_outside(n=1, **facts):
    moment = clock.db_now()
    made = Procedure.objects.bulk_create(
        Procedure(
            **{
                "origin": "outside",
                "state": "published",
                "title": f"Доставка на хартия {i}",
                "buyer_name": "Община",
                "source": "test",
                "source_id": f"{i}",
                "published_at": moment - timedelta(minutes=i),
                "closes_at": moment + timedelta(hours=1 + i),
                "cpv": ["30197630"],
                "regions": ["BG332"],
                **facts,
            }
        )
        for i in range(n)
    )
    Lot.objects.bulk_create(
        Lot(procedure=p, number="1", cpv=p.cpv, regions=p.regions, lemmas=["доставка", "хартия"]) for p in made
    )
    return made


def real(asked: CaptureQueriesContext) -> list[str]:
    """What a request asks outside a test: there it is the outermost transaction and needs no savepoint."""
    nested = ("SAVEPOINT", "RELEASE SAVEPOINT", "SELECT current_setting")
    kept = [query["sql"] for query in asked if not query["sql"].startswith(nested)]
    return [sql for sql in kept if "set_config('pazar.company', ''" not in sql]


def titles(page):
    return [row.procedure.title for row in page.context["rows"]]


def test_everybody_sees_open_procedures_ours_and_others(client):
    make_draft(title="Чернова")
    mine = make_procedure()
    gone = make_procedure(buyer := make_buyer(), title="Отказана")
    cancel.cancel_procedure(actor=buyer, procedure_id=gone.pk, reason="x")
    make_outside(title="Минала", closes_at=clock.db_now() - timedelta(seconds=1))
    make_outside(1, source="other")
    page = browser().get(LIST)
    assert titles(page) == ["Доставка на хартия 0", mine.title]
    assert [row.procedure.estimate for row in page.context["rows"]] == [None, 40000]
    assert "2 procedures are open" in page.content.decode()
    assert "Чернова" not in page.content.decode()
    whole = browser().get(LIST + "?all=1")
    assert whole.context["title"] == "All procedures, of which 2 are open"
    assert browser().get(LIST + "?all=over").context["title"] == "Procedures that are over"
    every = titles(whole)
    assert set(every) == {"Отказана", mine.title, "Минала", "Доставка на хартия 0"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=кабелите", ["cable"]),
        ("q=хартии", ["paper"]),
        ("q=кабели+хартия", []),
        ("cpv=31000000", ["cable"]),
        ("cpv=30197630-1", ["paper"]),
        ("region=BG33", ["paper"]),
        ("region=BG", ["paper", "cable"]),
        ("origin=own", ["cable"]),
        ("origin=outside", ["paper"]),
        ("q=кабел&region=BG33", []),
    ],
)
def test_words_in_any_form_categories_and_regions_narrow_the_list(asked, found):
    make_procedure()
    make_outside()
    names = {"Доставка на кабели": "cable", "Доставка на хартия 0": "paper"}
    page = browser().get(f"{LIST}?{asked}")
    assert [names[title] for title in titles(page)] == found


def test_a_lots_words_are_not_anothers():
    from dataclasses import replace

    paper = replace(LOT, title="Хартия", items=(replace(LOT.items[0], description="Пакет"),))
    make_procedure(title="Доставка", description="", lots=(LOT, paper))

    def found(text):
        return len(queries.open_list(make_actor(), Wanted(text=text), moment=clock.db_now()).rows)

    assert (found("кабел"), found("доставка хартия"), found("кабел хартия")) == (1, 1, 0)


def test_pages_follow_each_other_without_gap_or_repeat():
    make_outside(75)
    seen, after = [], ""
    for only_open in (True, False):
        seen, after = [], ""
        while True:
            page = queries.open_list(make_actor(), Wanted(only_open=only_open), moment=clock.db_now(), after=after)
            seen += [row.pk for row in page.rows]
            after = page.next
            if not after:
                break
        assert len(seen) == len(set(seen)) == 75
    broken = queries.open_list(make_actor(), Wanted(), moment=clock.db_now(), after="nonsense~1")
    assert len(broken.rows) == 30
    assert browser().get(LIST).context["next_url"].startswith("?after=")


def test_the_list_asks_the_database_little_whatever_its_length():
    make_outside(60)
    browser().get(LIST)  # labels of codes are kept by the process
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser().get(f"{LIST}?q=хартия&region=BG33").status_code == 200
    assert len(real(asked)) <= 12, "\n".join(real(asked))


def test_mine_shows_the_company_its_own_with_the_questions_that_wait():
    buyer = make_buyer()
    procedure = make_procedure(buyer)
    make_draft(buyer, title="Чернова")
    make_procedure(title="Чужда")
    supplier = make_actor()
    enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="?")
    client = browser(buyer)
    client.get("/market/procedures/mine/")
    with CaptureQueriesContext(connection) as asked:
        page = unescape(client.get("/market/procedures/mine/").content.decode())
    assert len(real(asked)) <= 12, "\n".join(real(asked))
    only = client.get("/market/procedures/mine/?waiting=1")
    assert [line["row"].procedure for line in only.context["rows"]] == [procedure]
    assert only.context["title"] == "Questions wait in 1 procedure of yours"
    for asker, shown in ((supplier, 1), (make_actor(), 0)):
        tabs = browser(asker).get(f"/market/procedures/{procedure.pk}/").content.decode()
        assert re.search(rf"Questions\s*(<[^>]*>)?\s*{shown}\b", tabs)
    assert "1 procedure of yours takes bids" in page
    assert "1 question waits" in page
    assert "Чернова" in page
    assert "Чужда" not in page
    assert "Чернова" not in client.get("/market/procedures/mine/?state=published").content.decode()
