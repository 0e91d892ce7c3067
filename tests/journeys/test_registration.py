"""A company comes in, on a telephone and in Bulgarian: number, mail, confirmation, approval, password, logged in."""

import re

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Page, expect

from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.messages.models import Mail
from pazar.market.companies.adapters import desk
from pazar.market.companies.models import Application
from pazar.market.companies.tests.factories import NUMBER, FakeRegister, known
from tests.browser import PHONE, OpenPage, assert_accessible, assert_fits, look
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL = "rangel@pompi.example"
PASSWORD = "quiet-harbour-81"


@pytest.fixture(autouse=True)
def register():
    before = desk.provide([FakeRegister(known())])
    yield
    desk.provide(before)


def bg(text: str) -> str:
    with translation.override("bg"):
        return gettext(text)


def newest_link(kind: str) -> str:
    mail = Mail.objects.filter(to=EMAIL).order_by("-made_at", "-id").first()
    assert mail is not None
    found = re.search(rf"/{kind}/[\w-]+/", mail.text)
    assert found, mail.text
    return found[0]


def seen(page: Page, name: str) -> None:
    assert_fits(page)
    assert_accessible(page)
    look(page, f"registration-{name}")


def test_a_company_comes_in_on_a_telephone(open_page: OpenPage):
    page = open_page("/login/", width=PHONE, language="bg")
    page.get_by_role("link", name=bg("Register a company")).click()
    page.wait_for_load_state("load")
    page.get_by_label(bg("Company number")).press_sequentially("999 021 770")
    # While he types the register answers.
    expect(page.locator("#particulars")).to_contain_text("Помпи и тръби Тунджа ООД")
    seen(page, "1-number")
    page.get_by_label(bg("Your name")).fill("Рангел Кирчев")
    page.get_by_label(bg("Your e-mail address")).fill(EMAIL)
    page.wait_for_timeout(2000)  # quicker than a person fills it in, the form is asked for once more
    page.get_by_role("button", name=bg("Send the registration")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(bg("Look into your mail"))
    seen(page, "2-sent")

    page.goto(newest_link("join"))
    page.get_by_role("button", name=bg("Yes, this is my address")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(bg("Your registration is being looked at"))
    seen(page, "3-confirmed")

    moderator = open_page(
        "/centre/registrations/", language="bg", person=make_person(staff_roles=[str(StaffRole.MODERATOR)])
    )
    seen(moderator, "4-queue")
    moderator.keyboard.press("j")
    moderator.keyboard.press("Enter")
    expect(moderator.get_by_role("heading", level=1)).to_have_text("Помпи и тръби Тунджа ООД")
    seen(moderator, "5-case")
    moderator.keyboard.press("a")
    expect(moderator.get_by_role("heading", level=1)).to_have_text(bg("No registration waits"))
    seen(moderator, "6-decided")
    assert Application.objects.get().state == "approved"

    page.goto(newest_link("password"))
    page.get_by_label(bg("New password"), exact=True).fill(PASSWORD)
    page.get_by_label(bg("New password once more")).fill(PASSWORD)
    seen(page, "7-password")
    page.get_by_role("button", name=bg("Set the password")).click()
    page.get_by_label(bg("E-mail address")).fill(EMAIL)
    page.get_by_label(bg("Password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=bg("Log in")).click()
    page.wait_for_url("**/")
    expect(page.locator("body")).to_contain_text("Помпи и тръби Тунджа ООД")
    person = people.person_by_email(EMAIL)
    assert person is not None and person.last_login is not None


def test_a_difference_is_settled_without_a_script(open_page: OpenPage):
    page = open_page("/join/", width=PHONE, script=False)
    page.get_by_label("Company number").fill(NUMBER)
    page.get_by_label("Town").fill("Варна")
    page.get_by_label("Your name").fill("Рангел Кирчев")
    page.get_by_label("Your e-mail address").fill(EMAIL)
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Send the registration").click()
    pair = page.locator("#pair-town")
    expect(pair).to_contain_text("Ямбол")
    assert_fits(page)
    look(page, "registration-difference")
    pair.get_by_label("Mine, because:").check()
    pair.get_by_role("textbox", name="Why yours stand: Town").fill("We moved")
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Send the registration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    assert Application.objects.get().kept == {"town": "We moved"}
