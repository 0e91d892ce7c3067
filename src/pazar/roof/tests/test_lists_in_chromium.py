"""Awards, products, companies and saved searches in a browser: accessible, and no wider than the screen."""

import pytest
from tests.browser import DESK, PHONE, OpenPage, assert_accessible, assert_fits, look
from tests.factories import make_company, make_person

from pazar.ground.identity.rules.roles import Role
from pazar.market.awards.tests.outside import put_award

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "theme", "language"), [(DESK, "dark", "en"), (PHONE, "light", "bg")])
def test_a_search_is_saved_named_opened_and_taken_away(open_page: OpenPage, width, theme, language):
    manager = make_person(make_company("Медна жица АД"), Role.TENDER_MANAGER, language=language)
    winner = make_company("Мост АД")
    put_award("Доставка на тонери и хартия", ["Мост АД"], company=winner, items=["Тонер за принтер", "Хартия A4"])
    for name, path in (
        ("awards", "/market/awards/?q=тонерите&narrow=1"),
        ("items", "/market/items/?q=тонер"),
        ("companies", "/market/companies/?q=most&narrow=1"),
    ):
        page = open_page(path, width=width, theme=theme, language=language, person=manager)
        look(page, f"lists-{name}-{width}-{theme}-{language}")
        assert_fits(page)
        assert_accessible(page)

    page.goto("/market/awards/?q=тонерите")
    assert page.locator("main a.t").count() == 1
    page.locator("details.pz-save > summary").press("Enter")
    page.fill("#save-search-name", "Тонери навсякъде")
    assert_fits(page)
    assert_accessible(page)
    page.locator("details.pz-save form button").click()
    page.wait_for_load_state()
    assert page.locator("details.pz-save").count() == 0

    put_award("Тонер, втори път", ["Мост АД"], company=winner)
    page.goto("/searches/")
    look(page, f"searches-{width}-{theme}-{language}")
    assert_fits(page)
    assert_accessible(page)
    assert page.locator("td.num b").inner_text() == "1"
    page.locator("details.pz-save > summary").click()
    page.locator("details.pz-save input[name=name]").fill("Тонери")
    page.locator("details.pz-save form button").click()
    page.wait_for_load_state()
    page.locator("main a.t").click()
    page.wait_for_load_state()
    assert "/market/awards/" in page.url
    assert page.locator("main a.t").count() == 2
    page.goto("/searches/")
    assert page.locator("td.num b").count() == 0
    page.locator("td form:not(details form) button").click()
    page.wait_for_load_state()
    assert page.locator("main a.t").count() == 0
