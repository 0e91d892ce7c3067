"""Home, search, the journal and the operator's pages, from outside."""

import ast
import html
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories import actor_of, make_actor, make_company, make_person
from tests.sales import bid_of, matched

import pazar
from pazar.ground import clock, journal
from pazar.ground.clock.models import Centre
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.identity.scope import acting
from pazar.ground.jobs.models import DueAct
from pazar.ground.journal import sequencer
from pazar.ground.journal.rules import public
from pazar.market.procedures.tests.factories import make_draft, make_procedure
from pazar.roof.pages import facts
from pazar.sales.pipeline import commands as deals
from pazar.sales.pipeline.models import Deal

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client):
    person = make_person(staff_roles=[StaffRole.OPERATOR])
    client.force_login(person)
    return person


def queries_of(client: Client, path: str) -> list[str]:
    """The statements of a page that was asked for once before; what sets row security reads no table."""
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    said = [query["sql"] for query in seen]
    return [sql for sql in said if not sql.startswith(("SAVEPOINT", "RELEASE")) and "set" not in sql[:22]]


def test_home_tells_a_visitor_what_is_open(client: Client):
    procedure = make_procedure()
    page = client.get("/").content.decode()
    assert procedure.title in page
    assert reverse("roof:journal") in page


def test_home_offers_a_visitor_one_way_to_log_in(client: Client):
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert reverse("entry:login") in page
    assert reverse("entry:login") not in main


@pytest.mark.parametrize("roles", [(), (Role.OWNER,), (Role.BUYER,), (Role.TENDER_MANAGER,)])
def test_home_takes_few_queries(client: Client, roles):
    make_procedure()
    if roles:
        client.force_login(make_person(make_company(), *roles))
    asked = queries_of(client, "/")
    assert len(asked) <= 12, "\n".join(asked)


def test_today_shows_a_buyer_his_draft(client: Client):
    from pazar.market.procedures.tests.factories import make_draft

    company = make_company()
    person = make_person(company, Role.BUYER)
    draft = make_draft(actor_of(person, company))
    client.force_login(person)
    page = client.get("/").content.decode()
    assert draft.title in page
    assert "isn&#x27;t published yet" in page
    client.force_login(make_person(make_company(), Role.BUYER))
    assert draft.title not in client.get("/").content.decode()


def test_today_counts_the_next_steps_of_deals_among_what_needs_a_seller(client: Client):
    desk = make_company()
    seller = make_person(desk, Role.SALES_MANAGER, language="en")
    bid = bid_of(desk, seller, matched(desk))
    deals.note_bid(bid)
    with acting(CENTRE):
        deal = Deal.objects.get(company=desk)
    yesterday = (clock.db_now() - timedelta(days=1)).date()
    deals.set_next_step(actor=actor_of(seller, desk), deal_id=deal.pk, step="Call", on=yesterday)
    client.force_login(seller)
    page = client.get("/").content.decode()
    assert "1 next step of a deal is due." in page
    assert "1 thing needs you today" in page


def test_search_finds_procedures_companies_and_pages(client: Client):
    procedure = make_procedure()
    client.force_login(make_person(make_company("Тънка нишка"), Role.BUYER))
    assert procedure.title in client.get("/search/", {"q": procedure.reference}).content.decode()
    assert "Тънка нишка" in client.get("/search/", {"q": "тънка"}).content.decode()
    assert reverse("procedures:mine") in client.get("/search/", {"q": "my proc"}).content.decode()


@pytest.mark.parametrize("q", ["31300000", "31300000-9", "31300000–9", "insulated wire", "изолирани жици"])
def test_search_finds_categories_by_code_and_by_words_of_both_languages(client: Client, q):
    page = client.get("/search/", {"q": q}).content.decode()
    assert "/market/procedures/?cpv=31300000" in page


def test_a_category_found_leads_to_its_procedures(client: Client):
    procedure = make_procedure()
    code = procedure.cpv[0]
    page = client.get("/search/", {"q": code}).content.decode()
    (href,) = re.findall(rf'href="(/market/procedures/\?cpv={code})"', page)
    assert procedure.title in client.get(href).content.decode()


@pytest.mark.parametrize("key", ["companies", "categories"])
def test_every_hit_of_a_group_can_be_reached(client: Client, key):
    for number in range(45):
        make_company(f"Нишка {number:02}")
    q = {"companies": "нишка", "categories": "31"}[key]
    page = client.get("/search/", {"q": q}).content.decode()
    first = re.findall(r'class="pz-t" href="([^"]+)"', _section(page, key))
    seen, href = list(first), _more_of(page, key)
    while href and len(seen) < 60:
        page = client.get("/search/" + href).content.decode()
        seen += re.findall(r'class="pz-t" href="([^"]+)"', _section(page, key))
        href = _more_of(page, key)
    assert len(first) == 20
    assert len(set(seen)) == len(seen) >= 45


def test_who_types_a_word_sees_procedures_before_a_few_categories_and_who_types_a_code_the_categories(client: Client):
    make_procedure(title="Доставка на кабели 31")
    by_word = client.get("/search/", {"q": "кабели"}).content.decode()
    assert by_word.index('aria-labelledby="procedures"') < by_word.index('aria-labelledby="categories"')
    assert _section(by_word, "categories").count("<li>") == 6
    by_code = client.get("/search/", {"q": "313"}).content.decode()
    assert _section(by_code, "categories").count("<li>") == 20


def _section(page: str, key: str) -> str:
    return page.split(f'<section aria-labelledby="{key}">')[1].split("</section>")[0]


def _more_of(page: str, key: str) -> str:
    found = re.search(rf'href="(\?q=[^"]*in={key}[^"]*)"', page)
    return html.unescape(found.group(1)) if found else ""


def test_a_company_found_leads_to_its_card_with_what_it_published_and_nothing_secret(client: Client):
    procedure = make_procedure()
    draft = make_draft(make_actor(Role.BUYER, company=procedure.buyer))
    found = client.get("/search/", {"q": procedure.buyer.name}).content.decode()
    href = reverse("roof:company", args=[procedure.buyer_id])
    assert href in found
    card = client.get(href).content.decode()
    assert procedure.title in card
    assert str(draft.pk) not in card
    assert href in client.get(reverse("roof:procedure", args=[procedure.pk])).content.decode()
    assert client.get(reverse("roof:company", args=[uuid4()])).status_code == 404
    assert client.get(href, {"cursor": "made up"}).status_code == 400


@pytest.mark.parametrize("q", ["", "a", "%", "  ", "x" * 5000, "'; --"])
def test_search_minds_nothing_that_is_typed(client: Client, q):
    assert client.get("/search/", {"q": q}).status_code == 200


@pytest.mark.parametrize("name", ["centre", "jobs"])
def test_the_operators_pages_are_there_for_nobody_else(client: Client, name):
    assert client.get(reverse(f"roof:{name}")).status_code == 302
    client.force_login(make_person(make_company()))
    assert client.get(reverse(f"roof:{name}")).status_code == 404


def test_the_state_of_the_centre_is_told(client: Client, operator):
    page = client.get(reverse("roof:centre")).content.decode()
    assert "No worker is running" in page


def test_a_failing_act_is_listed_and_can_be_run_again(client: Client, operator):
    act = DueAct.objects.create(
        name="close_procedure",
        subject_id=uuid4(),
        due_at=clock.db_now() - timedelta(hours=1),
        tries=5,
        fault="KeyError",
    )
    assert "KeyError" in client.get(reverse("roof:jobs")).content.decode()
    again = reverse("roof:act_again", args=[act.pk])
    assert client.post(again).status_code == 302
    act.refresh_from_db()
    assert (act.tries, act.fault) == (0, "")
    client.force_login(make_person(make_company()))
    assert client.post(again).status_code == 404


def test_a_failed_job_is_listed_with_its_fault_and_can_be_run_again(client: Client, operator):
    from pazar.ground.jobs import faults

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
            " VALUES ('default', 'outbox.react', %s, 'failed', 6) RETURNING id",
            ['{"event_id": 1, "handler": "market.x"}'],
        )
        (job_id,) = cursor.fetchone()
    try:
        raise ValueError("a price of 12.50")
    except ValueError as error:
        faults.note(job_id, error)
    page = client.get(reverse("roof:jobs")).content.decode()
    assert "market.x" in page
    assert "ValueError" in page
    assert "12.50" not in page
    assert client.post(reverse("roof:job_again", args=[job_id])).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job_id])
        assert cursor.fetchone() == ("todo",)
    assert client.post(reverse("roof:job_again", args=[job_id])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_journal_says_its_facts_in_words_of_the_readers_language(client: Client):
    company = make_company()
    actor = actor_of(make_person(company), company)
    lots = [{"lot": str(uuid4()), "company": "", "amount": "1240000.50", "currency": "EUR"}, {"amount": ""}]
    files = [{"file": "/home/somebody/notices.json", "read": 2013}]
    with transaction.atomic():
        journal.append("procedure.published", actor=actor, subject=company, closes_at="2026-12-10T12:00:00+00:00")
        journal.append("box.made", actor=actor, subject=company, holders=["server", str(uuid4())], needed=2)
        journal.append("lots.awarded", actor=actor, subject=company, lots=lots)
        journal.append("notices.imported", actor=actor, subject=company, files=files)
        journal.append("demo.story_told", actor=actor, subject=Centre.objects.get())
    sequencer.sequence()
    english, bulgarian = (
        html.unescape(
            client.get(reverse("roof:journal"), headers={"accept-language": language}).content.decode()
        ).replace("\xa0", " ")
        for language in ("en", "bg")
    )
    for words in (
        "Bids until: 10 Dec 2026 14:00:00 EET",
        "Key holders: the centre, a person of the buyer",
        "Lots: 1 for 1 240 000.50 EUR; 2 to nobody",
        "Files: notices.json: 2 013 notices read",
    ):
        assert words in english
    for words in ("Оферти до: 10 дек 2026", "Държатели на ключове: центърът", "1 за 1 240 000,50 €"):
        assert words in bulgarian
    for page in (english, bulgarian):
        for raw in ("closes_at", "['server'", "/home/somebody", "{'", "True"):
            assert raw not in page


def appended() -> dict[str, set[str]]:
    """The names of facts by kind of entry, read from the source: every literal call of `journal.append`."""
    found: dict[str, set[str]] = {}
    for path in Path(pazar.__file__).parent.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("journal.append") and node.args:
                (kind, *_rest) = node.args
                if isinstance(kind, ast.Constant):
                    found.setdefault(kind.value, set()).update(k.arg for k in node.keywords if k.arg)
    return found


def test_every_fact_of_a_public_entry_has_its_words():
    found = appended()
    assert len(set(found) & public.KINDS) > 15
    names = set().union(*(found.get(kind, set()) for kind in public.KINDS))
    assert names - {"actor", "subject", "secret_key"} - set(facts.LABELS) == set()


@pytest.mark.django_db(transaction=True)
def test_the_public_journal_shows_what_is_everybodys_and_only_leaves_of_the_rest(client: Client):
    company = make_company()
    actor = actor_of(make_person(company), company)
    with transaction.atomic():
        journal.append("procedure.published", actor=actor, subject=company, digest="everybodys")
        journal.append("interest.saved", actor=actor, subject=company, name="nobodys-business")
        journal.append("bid.submitted", actor=actor, subject=company, secret_key="box:1", digest="still-secret")
    sequencer.sequence()
    for path in (reverse("roof:journal"), reverse("roof:journal_export")):
        assert client.get(path).status_code == 200
    page = client.get(reverse("roof:journal")).content.decode()
    assert "everybodys" in page
    assert "nobodys-business" not in page
    assert "still-secret" not in page
    assert "2–3" in page
    every = client.get(reverse("roof:journal") + "?leaves=all").content.decode()
    assert every.count("leaf only") == 2
    assert "still-secret" not in every
    from pazar.ground.journal.rules.verify import verify

    streamed = client.get(reverse("roof:journal_export"))
    report = verify(b"".join(streamed).decode().splitlines())
    assert (report.entries, report.checked, report.secret, report.faults) == (3, 1, 2, [])


@pytest.mark.django_db(transaction=True)
def test_heads_and_proofs_can_be_had_and_compared(client: Client):
    from pazar.ground.journal.rules import compare, head, merkle

    assert client.get(reverse("roof:checkpoint")).status_code == 404
    company = make_company()
    actor = actor_of(make_person(company), company)
    for _round in range(3):
        with transaction.atomic():
            journal.append("procedure.published", actor=actor, subject=company)
        sequencer.sequence()
    sizes = [row["size"] for row in client.get("/api/v1/journal/heads").json()["items"]]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) >= 3
    new, old = sizes[0], sizes[-1]
    latest = client.get(reverse("roof:checkpoint")).content.decode()
    assert client.get("/api/v1/journal/heads/latest").json()["note"] == latest
    kept = client.get(reverse("roof:head_text", args=[old])).content.decode()
    proof = client.get(reverse("roof:consistency"), {"old": old, "new": new})
    assert proof.json() == client.get("/api/v1/journal/consistency", {"old": old, "new": new}).json()
    path = compare.read_proof(proof.content.decode())
    key = bytes.fromhex(client.get(f"/api/v1/journal/heads/{new}").json()["centre_key"])
    assert compare.differences(head.read(kept), head.read(latest), path=path, keys=[key]) == []
    included = client.get("/api/v1/journal/inclusion", {"number": 1, "size": new}).json()
    newest = head.read(latest)
    assert merkle.is_included(
        leaf=bytes.fromhex(included["leaf"]),
        place=0,
        size=new,
        path=[bytes.fromhex(step) for step in included["path"]],
        root=newest.root,
    )
    assert f"/journal/heads/{old}/" in client.get(reverse("roof:heads")).content.decode()
    assert newest.root.hex() in client.get(reverse("roof:head", args=[new])).content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/journal/heads/999999/",
        "/journal/heads/999999.txt",
        "/journal/heads/99999999999999999999/",
        "/journal/consistency.json",
        "/journal/consistency.json?old=0&new=1",
        "/journal/consistency.json?old=x&new=y",
        "/journal/?before=x",
        "/journal/stamps/018f0000-0000-7000-8000-000000000000.tsr",
    ],
)
def test_what_the_journal_has_not_is_not_found(client: Client, path: str):
    assert client.get(path).status_code == 404
