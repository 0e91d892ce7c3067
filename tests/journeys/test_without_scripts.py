"""Without JavaScript, and by the keyboard alone: log in, look at lists and a procedure, search."""

import re

import pytest
from playwright.sync_api import Page, expect

from pazar.ground.identity.rules.roles import Role
from pazar.market.procedures.tests.factories import make_procedure
from tests.browser import OpenPage
from tests.factories import make_company, make_person

WORDS = "a key under the stone"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_logs_in_reads_lists_and_a_procedure_and_searches_without_scripts(open_page: OpenPage) -> None:
    procedure = make_procedure()
    person = make_person(make_company("Cable Balkan"), Role.OWNER, language="en")
    person.set_password(WORDS)
    person.save()
    page = open_page("/market/procedures/", script=False)
    page.get_by_role("link", name=procedure.title).click()
    expect(page.get_by_role("heading", name=procedure.title)).to_be_visible()
    for tab in page.locator("nav[aria-label='Parts of the procedure'] a").all():
        assert (tab.get_attribute("href") or "").startswith("?tab=")
    page.get_by_role("link", name="Log in").first.click()
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(WORDS)
    page.get_by_role("button", name="Log in").click()
    page.goto("/market/interests/new/")
    page.get_by_label("Name", exact=True).fill("Cables")
    page.get_by_label("Words wanted").fill("NYM")
    page.get_by_role("button", name="Save the interest").click()
    expect(page.get_by_role("link", name="Cables")).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill(procedure.title)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=procedure.title)).to_be_visible()


def test_by_the_keyboard_one_skips_to_the_page_and_always_sees_where_one_is(open_page: OpenPage) -> None:
    procedure = make_procedure()
    person = make_person(make_company("Cable Balkan"), Role.OWNER, language="en")
    page = open_page("/market/procedures/", person=person)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    expect(page.locator(".pz-skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    seen: list[str] = []
    for _n in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("(document.activeElement.textContent || '').trim()")
        assert is_marked(page), f"nobody sees that {name!r} has the focus"
        seen.append(name)
        if name == procedure.title:
            break
    assert seen[-1] == procedure.title
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/market/procedures/{procedure.pk}/"))


def is_marked(page: Page) -> bool:
    """The element in focus has an outline or a shadow of its own."""
    style = page.evaluate(
        "(({ outlineStyle, outlineWidth, boxShadow }) => [outlineStyle, parseFloat(outlineWidth), boxShadow])"
        "(getComputedStyle(document.activeElement))"
    )
    return (style[0] != "none" and style[1] > 0) or style[2] != "none"
