"""An operator imports, reads the report and takes it back, in a real browser, at a desk and on a phone."""

import json

import pytest
from playwright.sync_api import expect
from tests.browser import PHONE, assert_accessible, assert_fits, look
from tests.factories import make_person

from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.jobs.drain import drain
from pazar.market.procedures.models import Procedure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GOOD = {"ocid": "o-1", "id": "1", "date": "2024-01-01T00:00:00Z", "tender": {"title": "Тръби"}}


def test_import_look_undo(open_page):
    operator = make_person(name="Operator", staff_roles=[StaffRole.OPERATOR])
    page = open_page("/market/imports/", person=operator)
    assert_accessible(page)
    content = json.dumps({"releases": [GOOD, {"id": "2"}]}).encode()
    page.get_by_label("Files").set_input_files([{"name": "a.json", "mimeType": "application/json", "buffer": content}])
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="The import waits for the worker")).to_be_visible()
    address = page.url
    drain()
    # the stream says that it is over, and the page comes again by itself
    expect(page.get_by_role("heading", name="The import brought 1 notice that is new or changed")).to_be_visible()
    expect(page.get_by_text("release 2")).to_be_visible()
    look(page, "import")
    assert_accessible(page)
    page.get_by_role("link", name="Undo this import").click()
    expect(page.get_by_role("heading", name="Undoing this import removes 1 procedure")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("I have read what will happen").check()
    page.get_by_role("button", name="Undo this import").click()
    page.wait_for_url(address)
    drain()
    expect(page.get_by_role("heading", name="The import was undone")).to_be_visible()
    assert Procedure.objects.count() == 0


@pytest.mark.parametrize("path", ["/market/imports/", "/market/imports/sources/"])
def test_on_a_phone_in_bulgarian(open_page, path):
    operator = make_person(name="Operator", staff_roles=[StaffRole.OPERATOR])
    page = open_page(path, person=operator, width=PHONE, theme="dark", language="bg")
    look(page, f"imports-phone-{path.count('sources')}")
    assert_fits(page)
    assert_accessible(page)
