import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.roles import Role
from pazar.market.procedures import queries
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests import factories
from pazar.market.procedures.tests.factories import make_buyer, make_draft, make_procedure

pytestmark = pytest.mark.django_db


def browser(actor=None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if actor is not None:
        client.force_login(Person.objects.get(pk=actor.person_id))
    return client


@pytest.fixture
def buyer():
    return make_buyer()


def typed(page: str) -> dict[str, str]:
    """What the form of the page would send as it stands."""
    form = page[page.index('<form id="work-form"') :]
    form = form[: form.index("</form>")]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attrs.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if "name" in attrs and " disabled" not in tag:
            sent[attrs["name"]] = unescape(attrs.get("value", ""))
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = unescape(body).removeprefix("\r\n").removeprefix("\n")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        sent[name] = chosen.group(1) if chosen else ""
    return {name: value for name, value in sent.items() if name not in ("csrfmiddlewaretoken", "act")}


def page_of(client, procedure, name="edit"):
    return client.get(f"/market/procedures/{procedure.pk}/{name}/")


def test_a_draft_from_the_first_line_to_its_publication(buyer):
    client = browser(buyer)
    made = client.post("/market/procedures/new/", {"kind": "request_for_prices", "title": "Хартия А4"})
    draft = Procedure.objects.get()
    edit = f"/market/procedures/{draft.pk}/edit/"
    assert made.url == edit
    page = client.get(edit).content.decode()
    assert "things to mend before publication" in page
    assert "Choose the regime that your company is bound by." in unescape(page)
    sent = typed(page) | {
        "regime": "commercial",
        "closes_at": (clock.db_now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M"),
        "value_amount": "1 240,50",
        "lot-0-cpv": "30197630-1",
        "lot-0-regions": "BG411",
        "lot-0-item-0-description": "Хартия А4, 80 g",
        "lot-0-item-0-quantity": "1 000",
        "lot-0-item-0-unit": "бр.",
    }
    added = client.post(edit, sent | {"act": "add-item:0"})
    assert added.status_code == 302, re.findall(r'pz-error"[^>]*>(.*?)</div>', added.content.decode(), re.DOTALL)
    assert added.url == f"{edit}#lot-1"
    facts = queries.facts(Procedure.objects.get())
    assert (len(facts.lots[0].items), facts.value_amount) == (2, 1240.5)
    assert facts.lots[0].cpv == ("30197630",)
    first = facts.lots[0].items[0]
    assert first.quantity == 1000
    page = client.get(edit).content.decode()
    taken = client.post(edit, typed(page) | {"act": "remove-item:0:1"})
    assert taken.status_code == 302
    facts = queries.facts(Procedure.objects.get())
    assert [item.id for item in facts.lots[0].items] == [first.id]
    page = client.get(edit).content.decode()
    assert "Nothing keeps it from being published" in page
    go = client.post(edit, typed(page) | {"act": "go"})
    publish = f"/market/procedures/{draft.pk}/publish/"
    assert go.url == publish
    assert "Ready to be published" in client.get(publish).content.decode()
    done = client.post(publish)
    assert done.url == f"/market/procedures/{draft.pk}/"
    draft.refresh_from_db()
    assert (draft.state, draft.language) == ("published", "en")


SENT_BADLY = {
    "title": "Ново",
    "value_amount": "около 5",
    "lot-0-item-0-quantity": "много",
    "lot-0-item-0-unit": "шепа",
    "lot-0-cpv": "31321000, 1",
}
FAULTS = [
    ("id_value_amount", "Estimated value", "Write a figure, such as 1 240.50."),
    ("id_lot-0-cpv", "Lot 1: Categories", "These codes are not in the list: 1. Search by a word instead"),
    ("id_lot-0-item-0-quantity", "Lot 1, item 1: Quantity", "Write a figure, such as 1 240.50."),
    ("id_lot-0-item-0-unit", "Lot 1, item 1: Unit", "Choose a unit from the list."),
]


def test_a_draft_stands_under_my_procedures_in_the_hall(buyer):
    client = browser(buyer)
    for path in (f"/market/procedures/{make_draft(buyer).pk}/edit/", "/market/procedures/new/"):
        page = client.get(path).content.decode()
        (current,) = re.findall(r'<a [^>]*href="([^"]+)"[^>]*aria-current="page"', page)
        assert current == "/market/procedures/mine/"


def test_each_fault_leads_to_its_field_and_nothing_of_the_rest_is_lost(buyer):
    draft = make_draft(buyer)
    client = browser(buyer)
    edit = f"/market/procedures/{draft.pk}/edit/"
    sent = typed(client.get(edit).content.decode()) | SENT_BADLY
    refused = client.post(edit, sent | {"act": "go"})
    assert refused.status_code == 422
    # as sent, and as it stands when the page is opened again
    for page in (unescape(refused.content.decode()), unescape(client.get(edit).content.decode())):
        for target, label, sentence in FAULTS:
            assert f'<a href="#{target}">{label}</a>: {sentence}' in page
            assert f'id="{target}"' in page
        assert "4 fields can't be read yet." in page
        for typed_text in ("Ново", "около 5", "много", "шепа", "31321000, 1"):
            assert f'value="{typed_text}"' in page
    draft.refresh_from_db()
    assert (draft.title, draft.value_amount) == ("Ново", None)
    assert queries.facts(draft).lots[0].items[0].description == "Кабел NYM-J 3x2,5"


def test_what_cannot_be_read_keeps_a_draft_from_being_published_and_is_named(buyer):
    draft = make_draft(buyer)
    client = browser(buyer)
    edit, publish = (f"/market/procedures/{draft.pk}/{name}/" for name in ("edit", "publish"))
    sent = typed(client.get(edit).content.decode())
    client.post(edit, sent | {"lot-0-item-0-delivery": "x", "value_amount": "5 милиона"})
    refused = client.post(publish)
    assert refused.status_code == 422
    assert "Estimated value: “5 милиона” can't be read." in unescape(refused.content.decode())
    mended = client.post(edit, sent | {"value_amount": "5 000 000", "act": "go"})
    assert mended.url == publish
    assert queries.unread(draft) == {}
    assert client.post(publish).status_code == 302


def test_lots_and_items_come_and_go_while_something_cannot_be_read(buyer):
    draft = make_draft(buyer)
    client = browser(buyer)
    edit = f"/market/procedures/{draft.pk}/edit/"

    def press(act, **changed):
        sent = typed(client.get(edit).content.decode()) | {name.replace("_", "-"): v for name, v in changed.items()}
        return client.post(edit, sent | {"act": act})

    assert press("add-lot", lot_0_item_0_unit="шепа").url == f"{edit}#lot-2"
    assert queries.unread(draft) == {"lots.1.items.1.unit": "шепа"}
    press("add-item:1", lot_1_item_0_unit="крина")
    press("add-lot", lot_1_item_1_quantity="няколко", lot_1_title="Втора")
    assert len(queries.facts(draft).lots) == 3
    press("remove-item:1:0")
    assert queries.unread(draft) == {"lots.1.items.1.unit": "шепа", "lots.2.items.1.quantity": "няколко"}
    press("remove-lot:0")
    assert queries.unread(draft) == {"lots.1.items.1.quantity": "няколко"}
    assert [lot.title for lot in queries.facts(draft).lots] == ["Втора", ""]
    assert 'value="няколко"' in client.get(edit).content.decode()


def test_an_items_category_is_picked_shown_and_kept(buyer):
    draft = make_draft(buyer)
    client = browser(buyer)
    edit = f"/market/procedures/{draft.pk}/edit/"
    sent = typed(client.get(edit).content.decode())
    assert sent["lot-0-item-0-cpv"] == "31321000"
    client.post(edit, sent | {"lot-0-item-0-cpv": "30197630-1"})
    assert queries.facts(draft).lots[0].items[0].cpv == "30197630"
    twice = client.post(edit, sent | {"lot-0-item-0-cpv": "30197630, 31321000"})
    assert "An item has one category" in twice.content.decode()


def test_a_large_draft_is_shown_and_saved_with_few_statements(buyer, django_assert_max_num_queries):
    item = factories.CABLE
    lots = tuple(
        replace(
            factories.LOT, title=f"Позиция {n}", items=tuple(replace(item, description=f"Ред {i}") for i in range(4))
        )
        for n in range(50)
    )
    draft = make_draft(buyer, lots=lots)
    client = browser(buyer)
    edit = f"/market/procedures/{draft.pk}/edit/"
    client.get(edit)
    with django_assert_max_num_queries(20):
        page = client.get(edit).content.decode()
    sent = typed(page)
    assert len(sent) > 1_700
    with django_assert_max_num_queries(30):
        assert client.post(f"/market/procedures/{draft.pk}/save/", sent).status_code == 200
    with django_assert_max_num_queries(30):
        assert client.post(edit, sent | {"act": "remove-lot:0"}).status_code == 302
    assert [lot.title for lot in queries.facts(draft).lots][::24] == ["Позиция 1", "Позиция 25", "Позиция 49"]


def test_the_draft_saves_itself_and_says_so_or_why_not(buyer):
    draft = make_draft(buyer)
    client = browser(buyer)
    before = queries.facts(draft)
    sent = typed(page_of(client, draft).content.decode())
    save = f"/market/procedures/{draft.pk}/save/"
    assert re.fullmatch(r"\d\d:\d\d:\d\d", client.post(save, sent).json()["saved_at"])
    draft.refresh_from_db()
    assert queries.facts(draft) == before, "a page that is saved as it stands changes nothing"
    told = client.post(save, sent | {"title": "Ново", "lot-0-item-0-quantity": "x"})
    assert told.status_code == 200
    assert told.json()["note"] == "Lot 1, item 1: Quantity: Write a figure, such as 1 240.50."
    draft.refresh_from_db()
    assert draft.title == "Ново"
    assert queries.unread(draft) == {"lots.1.items.1.quantity": "x"}
    refused = client.post(save, sent | {"closes_at": "2500-01-01T00:00"})
    assert (refused.status_code, refused.json()["reason"]) == (422, "Bids until: Choose a moment of this century.")


def test_a_refused_publication_says_each_rule_with_its_source(buyer):
    draft = make_draft(buyer, closes_at=clock.db_now() + timedelta(days=2))
    refused = browser(buyer).post(f"/market/procedures/{draft.pk}/publish/")
    page = unescape(refused.content.decode())
    assert refused.status_code == 422
    assert "The tender period is too short." in page
    assert "Centre's rules for commercial procedures, 2(a)" in page


def test_a_change_from_the_page_to_its_version(buyer):
    procedure = make_procedure(buyer)
    client = browser(buyer)
    page = page_of(client, procedure).content.decode()
    assert "Nothing differs from the published version yet." in page
    assert re.search(r'<select[^>]*name="currency"[^>]* disabled', page)
    assert "Remove lot 1" not in page
    go = client.post(
        f"/market/procedures/{procedure.pk}/edit/", typed(page) | {"lot-0-item-0-quantity": "600", "act": "go"}
    )
    change = f"/market/procedures/{procedure.pk}/change/"
    assert go.url == change
    page = unescape(client.get(change).content.decode())
    assert "1 change to publish" in page
    assert "Lot 1, item 1: Quantity" in page
    assert "<del>500 m</del>" in page
    assert "<ins>600 m</ins>" in page
    assert client.post(change).status_code == 422
    done = client.post(change, {"reason": "Грешно количество."})
    assert done.url == f"/market/procedures/{procedure.pk}/?tab=versions"
    procedure.refresh_from_db()
    assert procedure.version == 2
    assert queries.facts(procedure).lots[0].items[0].quantity == 600


def test_a_change_can_be_dropped_and_a_procedure_given_up(buyer):
    procedure = make_procedure(buyer)
    client = browser(buyer)
    page = page_of(client, procedure).content.decode()
    client.post(f"/market/procedures/{procedure.pk}/edit/", typed(page) | {"title": "Друго"})
    assert queries.pending_change(procedure)
    client.post(f"/market/procedures/{procedure.pk}/change/drop/")
    assert queries.pending_change(procedure) is None
    cancel = f"/market/procedures/{procedure.pk}/cancel/"
    assert client.get(cancel).status_code == 200
    assert client.post(cancel, {"reason": ""}).status_code == 422
    assert client.post(cancel, {"reason": "Няма средства"}).status_code == 302
    procedure.refresh_from_db()
    assert procedure.state == "cancelled"


def test_documents_are_attached_refused_read_and_taken_out(buyer):
    draft = make_draft(buyer)
    client = browser(buyer)
    address = f"/market/procedures/{draft.pk}/documents/"
    client.post(address, {"file": SimpleUploadedFile("Спецификация.pdf", b"%PDF-1.7 x"), "title": ""})
    client.post(address, {"file": SimpleUploadedFile("virus.pdf", b"MZ\x00")})
    (document,) = queries.documents(draft)
    page = unescape(page_of(client, draft).content.decode())
    assert "Спецификация.pdf" in page
    assert "“virus.pdf” can't be taken" in page
    assert b"".join(client.get(f"{address}{document.pk}/").streaming_content) == b"%PDF-1.7 x"
    assert browser().get(f"{address}{document.pk}/").status_code == 404
    assert browser(make_buyer()).get(f"{address}{document.pk}/").status_code == 404
    client.post(f"{address}{document.pk}/remove/")
    assert queries.documents(draft) == []


def test_nobody_else_reaches_the_buyers_pages(buyer):
    draft = make_draft(buyer)
    colleague = make_actor(Role.SALES_MANAGER, company=draft.buyer)
    pages = {"get": ("edit", "check", "publish", "change", "cancel"), "post": ("edit", "save", "publish", "remove")}
    for method, names in pages.items():
        for name in names:
            address = f"/market/procedures/{draft.pk}/{name}/"
            assert getattr(browser(make_buyer()), method)(address).status_code == 404, name
            assert getattr(browser(colleague), method)(address).status_code == 403, name
            answer = getattr(browser(), method)(address)
            assert (answer.status_code, answer.url[:7]) == (302, "/login/"), name
    assert Procedure.objects.filter(pk=draft.pk, state="draft").exists()
    assert browser(colleague).get("/market/procedures/new/").status_code == 404
