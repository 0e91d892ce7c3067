"""What people type is text everywhere: on pages, in letters, in the protocol and in the open data; never markup."""

import io
import json
from dataclasses import replace

import pytest
from django.test import Client

from pazar.ground.errors import Invalid
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Mail, Message
from pazar.market.awards import protocol, queries
from pazar.market.awards.tests.factories import make_opened
from pazar.market.procedures.commands import documents, drafts, enquiries
from pazar.market.procedures.models import Document, Procedure
from pazar.market.procedures.rules import texts
from pazar.market.procedures.tests.factories import CABLE, LOT, make_buyer, make_draft, make_procedure
from tests.factories import make_actor

pytestmark = pytest.mark.django_db

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)></textarea></title><b>{{ 7|add:7 }}{% now 'Y' %}"
TYPST = '#panic("x") $x^2$ *bold* `raw` \\ @ref <label> // [content] #read("/etc/passwd")'
HOSTILE = f"{MARKUP} {TYPST}"
LIVE = ("<script>alert", "<img src=x", "onerror=alert(2)>", "</textarea></title>", "<b>{{", "<b>14")


def browser(actor: Actor | None = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if actor is not None:
        client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def hostile_lot(**said):
    item = replace(CABLE, description=HOSTILE, place=HOSTILE, delivery=HOSTILE)
    return replace(LOT, **{"title": HOSTILE, "description": HOSTILE, "items": (item,), **said})


SAID = {
    "title": HOSTILE,
    "description": HOSTILE,
    "requirements": HOSTILE,
    "payment_terms": HOSTILE,
    "delivery_terms": HOSTILE,
    "lots": (hostile_lot(),),
}


def assert_dead(page: str, *, where: str) -> None:
    for sign in LIVE:
        assert sign not in page, f"{sign} lives on {where}"


@pytest.mark.django_db(transaction=True)
def test_nothing_typed_into_a_procedure_lives_anywhere_up_to_its_protocol():
    opened = make_opened("100.00", "120.00", **SAID)
    procedure, buyer = opened.procedure, opened.buyer
    opened.award()
    drain()
    here = f"/market/procedures/{procedure.pk}/"
    tabs = ("lots", "terms", "documents", "questions", "versions", "bids", "comparison", "award", "awards")
    addresses = [
        "/",
        here,
        *(f"{here}?tab={tab}" for tab in tabs),
        "/market/procedures/",
        "/market/procedures/mine/",
        "/search/?q=script",
        "/messages/",
        "/sales/",
        "/market/bids/",
        f"/awards/procedures/{procedure.pk}/",
    ]
    shown = 0
    for who in (None, buyer, opened.bidders[0], opened.bidders[1]):
        client = browser(who)
        for address in addresses:
            answer = client.get(address)
            page = answer.content.decode()
            assert_dead(page, where=address)
            shown += "&lt;script&gt;alert(1)" in page
    assert shown > 20, "the text stands on the pages, as text"

    assert Mail.objects.count() > 2
    for mail in Mail.objects.all():
        assert_dead(mail.html, where="a mail")
        assert "\n" not in mail.subject
    assert any("&lt;script&gt;" in mail.html for mail in Mail.objects.all())
    assert Message.objects.exists()
    pdf = protocol.make(procedure, queries.awards_of(procedure.pk), language="bg")
    assert pdf.startswith(b"%PDF-")
    assert b"/JavaScript" not in pdf
    answer = browser().get(f"/ocds/{procedure.reference}.json")
    assert answer["Content-Type"].startswith("application/json")
    assert answer["X-Content-Type-Options"] == "nosniff"
    (release,) = json.loads(answer.content)["releases"]
    assert release["tender"]["title"] == HOSTILE
    assert release["tender"]["items"][0]["description"] == HOSTILE


def test_nothing_lives_on_the_page_of_a_draft_and_of_a_question():
    buyer, supplier = make_buyer(), make_actor(Role.TENDER_MANAGER)
    draft = make_draft(buyer, **SAID)
    drafts.save_draft(
        actor=buyer,
        procedure_id=draft.pk,
        facts=draft_facts(draft),
        unread={"lots.1.items.1.unit": HOSTILE, "value_amount": HOSTILE},
    )
    for name in ("edit", "publish", "check"):
        page = browser(buyer).get(f"/market/procedures/{draft.pk}/{name}/").content.decode()
        assert_dead(page, where=name)
        assert "&lt;script&gt;alert(1)" in page
    procedure = make_procedure(buyer)
    asked = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question=HOSTILE)
    enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer=HOSTILE)
    for who in (None, buyer, supplier):
        page = browser(who).get(f"/market/procedures/{procedure.pk}/?tab=questions").content.decode()
        assert_dead(page, where="the questions")
        assert page.count("&lt;script&gt;alert(1)") == 2
    empty = browser(supplier).post(f"/market/procedures/{procedure.pk}/questions/", {"question": HOSTILE * 60})
    assert empty.status_code == 422
    assert_dead(empty.content.decode(), where="a refused question")


def draft_facts(draft):
    from pazar.market.procedures import queries as procedures

    return procedures.facts(draft)


NAMES = [
    ('"; filename=evil.html\r\nSet-Cookie: a=b.pdf', "attachment; filename="),
    ("фактура\u202efdp.pdf", "filename*=utf-8''"),
    ("../../etc/passwd\x00.pdf", "attachment; filename="),
    ("ж" * 300 + ".pdf", "filename*=utf-8''"),
    ("<script>alert(1)</script>.pdf", "attachment; filename="),
]


@pytest.mark.parametrize(("name", "begin"), NAMES, ids=["header", "turning", "path", "long", "markup"])
def test_an_attachments_name_is_only_a_name(name, begin):
    buyer = make_buyer()
    draft = make_draft(buyer)
    document = documents.attach(
        actor=buyer,
        procedure_id=draft.pk,
        name=name,
        stream=io.BytesIO(b"%PDF-1.7 x"),
        title=f"Чертеж\u202e\x00 {MARKUP}",
    )
    client = browser(buyer)
    answer = client.get(f"/market/procedures/{draft.pk}/documents/{document.pk}/")
    told = answer["Content-Disposition"]
    assert told.startswith("attachment;")
    assert begin in told
    assert len(told) < 1_000
    assert not set(told) & set("\r\n\x00\u202e")
    assert "Set-Cookie" not in answer.headers
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "/" not in document.file.name
    assert document.file.name.endswith(".pdf")
    page = client.get(f"/market/procedures/{draft.pk}/edit/").content.decode()
    assert_dead(page, where="the draft's documents")
    assert not set(Document.objects.get().title) & set("\x00\u202e")


UNSEEN = "100\u202e001 евро\u2066\x00\x07\u2069 край"


def test_signs_that_turn_a_line_or_that_nobody_sees_are_not_kept():
    assert texts.seen(UNSEEN) == "100001 евро край"
    assert texts.seen("a\tb\r\nc\u00ad שלום\u200f 👩\u200d🔧") == "a\tb\r\nc\u00ad שלום\u200f 👩\u200d🔧"
    buyer, supplier = make_buyer(), make_actor(Role.TENDER_MANAGER)
    for said in ({"title": UNSEEN}, {"lots": (hostile_lot(title=UNSEEN),)}, {"requirements": "\x00"}):
        with pytest.raises(Invalid):
            make_draft(buyer, **said)
    client = browser(buyer)
    client.post("/market/procedures/new/", {"kind": "open_tender", "title": UNSEEN})
    draft = Procedure.objects.get(title="100001 евро край")
    client.post(f"/market/procedures/{draft.pk}/save/", {"title": "А\u202eБ\x00", "requirements": UNSEEN, "lots": "0"})
    draft.refresh_from_db()
    assert (draft.title, draft.requirements) == ("АБ", "100001 евро край")
    procedure = make_procedure(buyer)
    asked = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question=UNSEEN)
    assert asked.question == "100001 евро край"
    given_up = client.post(f"/market/procedures/{procedure.pk}/cancel/", {"reason": "x" * 5_001})
    assert given_up.status_code == 422
    client.post(f"/market/procedures/{procedure.pk}/cancel/", {"reason": UNSEEN})
    procedure.refresh_from_db()
    assert (procedure.state, procedure.end_reason) == ("cancelled", "100001 евро край")


def test_a_title_is_one_line_wherever_it_becomes_one():
    buyer = make_buyer()
    procedure = make_procedure(buyer, title="Кабели\r\nBcc: all@example.org")
    asked = enquiries.ask(actor=make_actor(Role.TENDER_MANAGER), procedure_id=procedure.pk, question="?")
    enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer="!")
    drain()
    for mail in Mail.objects.all():
        assert not set(mail.subject) & set("\r\n")
        assert "Bcc" not in mail.headers


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/market/interests/new/", "cpv"),
        ("/market/interests/new/", "regions"),
        ("/sales/settings/intake/", "cpv"),
        ("/market/procedures/new/", "title"),
        ("/sales/customers/new/", "name"),
        ("/settings/webhooks/", "url"),
    ],
)
def test_a_zero_character_in_any_field_is_refused_and_breaks_nothing(path, field):
    """PostgreSQL keeps none: a page that looks a text up before its form has read it would break."""
    client = browser(make_actor(*Role))
    client.raise_request_exception = False
    assert client.post(path, {field: "a\x00b"}).status_code in (400, 422)
