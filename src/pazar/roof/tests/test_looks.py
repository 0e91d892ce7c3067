"""The roof's own pages in a browser: accessible, and no wider than the screen."""

import pytest
from django.test import RequestFactory
from tests.browser import DESK, PHONE, OpenPage, assert_accessible, assert_fits, look
from tests.factories import make_company, make_person

from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.journal import sequencer
from pazar.ground.journal.queries import last_number
from pazar.ground.ui.pages import server_error
from pazar.market.procedures.tests.factories import make_procedure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIEWS = [(DESK, "light", "en"), (PHONE, "dark", "bg")]


@pytest.mark.parametrize(("width", "theme", "language"), VIEWS)
def test_pages_are_accessible_and_fit(open_page: OpenPage, width, theme, language):
    procedure = make_procedure()
    make_person(make_company("Медна жица АД"), Role.TENDER_MANAGER)
    buyer = make_person(procedure.buyer, Role.BUYER)
    operator = make_person(staff_roles=[StaffRole.OPERATOR])
    sequencer.sequence()
    pages = [
        ("home", "/", None),
        ("today", "/", buyer),
        ("search", f"/search/?q={procedure.reference}", buyer),
        ("journal", "/journal/", None),
        ("heads", "/journal/heads/", None),
        ("head", f"/journal/heads/{last_number()}/", None),
        ("people", "/demo/", None),
        ("clock", "/demo/clock/", None),
        ("centre", "/centre/", operator),
        ("jobs", "/centre/jobs/", operator),
    ]
    for name, path, person in pages:
        page = open_page(path, width=width, theme=theme, language=language, person=person)
        look(page, f"roof-{name}-{width}-{theme}-{language}")
        assert_fits(page)
        assert_accessible(page)


def test_the_page_of_a_broken_centre_fits_a_phone(open_page: OpenPage, rf: RequestFactory):
    broken = server_error(rf.get("/")).content.decode()
    page = open_page("/", width=PHONE)
    page.route("**/breaks/", lambda route: route.fulfill(status=500, content_type="text/html", body=broken))
    page.goto("/breaks/")
    assert_fits(page)
    assert_accessible(page)
