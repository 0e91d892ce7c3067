"""The pages of logging in, settings and tokens in a real browser: accessible, and fit for a phone."""

import pytest
from tests.browser import DESK, PHONE, OpenPage, assert_accessible, assert_fits, look
from tests.factories import make_company, make_person

from pazar.ground.api.tests.factories import make_token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WAYS = [(DESK, "light", "bg"), (PHONE, "dark", "bg"), (PHONE, "light", "en")]


@pytest.mark.parametrize(("width", "theme", "language"), WAYS)
def test_pages_of_persons(open_page: OpenPage, width: int, theme: str, language: str) -> None:
    company = make_company("Кабел Балкани АД")
    person = make_person(company, name="Мария Стоянова")
    make_token(person, company, "bids:read", "bids:write")
    for path, who in (
        ("/login/?next=/settings/", None),
        ("/settings/", person),
        ("/settings/tokens/", person),
        ("/problems/token_revoked", None),
    ):
        page = open_page(path, width=width, theme=theme, language=language, person=person if who else None)
        look(page, f"persons{path.split('?')[0].replace('/', '-')}{width}-{theme}-{language}")
        assert_fits(page)
        assert_accessible(page)


def test_a_wrong_password_is_told_where_it_is_read(open_page: OpenPage) -> None:
    page = open_page("/login/", width=PHONE)
    page.fill("[name=email]", "nobody@example.org")
    page.fill("[name=password]", "a wrong one")
    page.click("main button[type=submit]")
    assert "don't belong together" in page.inner_text("main")
    assert_accessible(page)


def test_a_token_is_made_in_the_browser(open_page: OpenPage) -> None:
    person = make_person(make_company(), name="Мария")
    page = open_page("/settings/tokens/", person=person)
    page.fill("[name=name]", "Склад")
    page.check("[name=scopes][value='bids:read']")
    page.click("main form.pz-form button[type=submit]")
    look(page, "persons-new-token")
    assert page.inner_text("pz-copy code").startswith("pzt_")
    assert_accessible(page)
