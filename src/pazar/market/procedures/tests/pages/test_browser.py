"""The buyer's work in a real browser, with and without scripts, at a desk and on a phone."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from playwright.sync_api import expect
from tests.browser import PHONE, assert_accessible, assert_fits, look
from tests.factories import make_actor

from pazar.ground.identity.models import Person
from pazar.market.procedures import queries
from pazar.market.procedures.commands import change, documents, enquiries
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import CABLE, LOT, make_buyer, make_draft, make_facts, make_procedure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def person(actor) -> Person:
    return Person.objects.get(pk=actor.person_id)


def test_items_come_and_go_in_place_and_the_draft_saves_itself(open_page):
    buyer = make_buyer()
    draft = make_draft(buyer)
    page = open_page(f"/market/procedures/{draft.pk}/edit/", person=person(buyer))
    expect(page.get_by_role("heading", name="Nothing keeps it from being published")).to_be_visible()
    page.get_by_label("Quantity").fill("")
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.get_by_role("heading", name="1 thing to mend before publication")).to_be_visible()
    page.get_by_label("Quantity").fill("12,5")
    page.get_by_role("button", name="Add an item to lot 1").click()
    expect(page.locator(".pz-item")).to_have_count(2)
    expect(page.get_by_label("Quantity").first).to_have_value("12.5")
    page.get_by_role("button", name="Remove item 2 of lot 1").click()
    expect(page.locator(".pz-item")).to_have_count(1)
    look(page, "procedures-edit")
    assert_accessible(page)
    page.get_by_role("button", name="Look at it and publish").first.click()
    look(page, "procedures-publish")
    assert_accessible(page)
    page.get_by_role("button", name="Publish it now").click()
    page.wait_for_url(f"**/market/procedures/{draft.pk}/")
    assert Procedure.objects.get().state == "published"
    assert str(queries.facts(Procedure.objects.get()).lots[0].items[0].quantity) == "12.500000"


def test_the_same_without_scripts(open_page):
    buyer = make_buyer()
    draft = make_draft(buyer)
    page = open_page(f"/market/procedures/{draft.pk}/edit/", person=person(buyer), script=False)
    page.get_by_role("button", name="Add a lot").click()
    page.wait_for_url("**/edit/#lot-2")
    assert page.get_by_role("heading", name="Lot 2").is_visible()
    page.get_by_role("button", name="Remove lot 2").click()
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("button", name="Look at it and publish").first.click()
    page.get_by_role("button", name="Publish it now").click()
    page.wait_for_url(f"**/market/procedures/{draft.pk}/")
    assert Procedure.objects.get().state == "published"


@pytest.mark.parametrize(("width", "language", "theme"), [(1440, "en", "light"), (PHONE, "bg", "dark")])
def test_pages_fit_and_can_be_used_by_all(open_page, width, language, theme):
    buyer, supplier = make_buyer(), make_actor()
    procedure = make_procedure(buyer, requirements="Опит с три доставки.")
    make_draft(buyer, title="", lots=())
    asked = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="Медни ли са жилата?")
    enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer="Да.")
    enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="До кога е доставката?")
    change.change_procedure(
        actor=buyer,
        procedure_id=procedure.pk,
        facts=make_facts_like(procedure),
        reason="Уточнено заглавие.",
    )
    how = {"width": width, "language": language, "theme": theme}
    here = f"/market/procedures/{procedure.pk}/"
    for name, path, who in [
        ("list", "/market/procedures/", None),
        ("mine", "/market/procedures/mine/", buyer),
        ("new", "/market/procedures/new/", buyer),
        ("object", here, None),
        ("terms", f"{here}?tab=terms", None),
        ("questions-asked", f"{here}?tab=questions", supplier),
        ("questions", f"{here}?tab=questions", buyer),
        ("versions", f"{here}?tab=versions", None),
        ("change", f"{here}edit/", buyer),
        ("cancel", f"{here}cancel/", buyer),
    ]:
        page = open_page(path, person=person(who) if who else None, **how)
        look(page, f"procedures-{name}-{width}-{language}-{theme}")
        assert_fits(page)
        assert_accessible(page)
        page.context.close()


@pytest.mark.parametrize("width", [1440, PHONE])
def test_words_without_end_break_inside_the_page(open_page, width):
    endless = "Ж" * 499
    buyer, supplier = make_buyer(), make_actor()
    item = replace(CABLE, description=endless, place=endless, delivery=endless, quantity=Decimal("999999999999"))
    said = {"title": endless, "requirements": endless, "lots": (replace(LOT, title=endless, items=(item,)),)}
    procedure = make_procedure(buyer, **said)
    documents.attach(
        actor=buyer, procedure_id=make_draft(buyer, **said).pk, name=f"{endless}.txt", stream=BytesIO(b"x")
    )
    draft = Procedure.objects.get(state="draft")
    asked = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question=endless)
    enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer=endless)
    facts = replace(queries.facts(procedure), title=endless.lower(), requirements=endless.lower())
    change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason=endless)
    here = f"/market/procedures/{procedure.pk}/"
    for path, who in [
        ("/market/procedures/", None),
        (here, None),
        (f"{here}?tab=terms", None),
        (f"{here}?tab=questions", buyer),
        (f"{here}?tab=versions", None),
        ("/market/procedures/mine/", buyer),
        (f"/market/procedures/{draft.pk}/edit/", buyer),
        (f"/market/procedures/{draft.pk}/publish/", buyer),
    ]:
        page = open_page(path, person=person(who) if who else None, width=width, language="bg")
        look(page, f"procedures-endless-{width}{path.replace('/', '-')[-20:]}")
        assert_fits(page)
        page.context.close()


def test_a_draft_saves_what_it_can_read_and_adds_a_lot_meanwhile(open_page):
    buyer = make_buyer()
    draft = make_draft(buyer)
    page = open_page(f"/market/procedures/{draft.pk}/edit/", person=person(buyer))
    page.locator("[name$=-unit]").fill("шепа")
    page.get_by_label("Quantity").fill("750")
    expect(page.locator("[data-saved]")).to_contain_text("Lot 1, item 1: Unit: Choose a unit from the list.")
    page.get_by_role("button", name="Add a lot").click()
    expect(page.locator(".pz-lot-form")).to_have_count(2)
    expect(page.locator("#id_lot-1-title")).to_be_focused()
    expect(page.locator("[name$=-unit]").first).to_have_value("шепа")
    page.get_by_role("alert").get_by_role("link", name="Lot 1, item 1: Unit").click()
    assert "#id_lot-0-item-0-unit" in page.url
    assert_accessible(page)
    page.locator("[name$=-unit]").first.fill("kilogram")
    page.get_by_role("button", name="Remove lot 2").click()
    expect(page.locator(".pz-lot-form")).to_have_count(1)
    expect(page.locator("[name$=-unit]")).to_have_value("kg")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert queries.facts(draft).lots[0].items[0].unit == "KGM"


def make_facts_like(procedure):
    return replace(queries.facts(procedure), title=make_facts().title + " и муфти")
