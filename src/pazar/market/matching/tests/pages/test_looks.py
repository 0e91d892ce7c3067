"""The pages in a real browser: desk and phone, light and dark, both languages, with and without scripts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.browser import DESK, PHONE, assert_accessible, assert_fits, look
from tests.factories import make_actor, make_company

from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Mail
from pazar.market.matching.commands import match
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests.factories import make_interest, store_procedure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIEWS = [(DESK, "light", "en"), (DESK, "dark", "bg"), (PHONE, "light", "bg"), (PHONE, "dark", "en")]


@pytest.fixture
def story():
    supplier = make_actor(Role.TENDER_MANAGER, company=make_company(name="Кабел Балкани АД"))
    buyer = make_company(name="Електромрежа Изток", town="Варна")
    interest = make_interest(supplier, regions=["BG4"], words_any="кабели, осветление", value_max=Decimal(2_000_000))
    titles = ("Доставка на кабели ниско и средно напрежение", "Рехабилитация на улично осветление, гр. Речна")
    for number, title in enumerate(titles):
        lot = LotFacts(
            buyer_id=buyer.pk,
            cpv=("31321000",),
            regions=("BG411",),
            lemmas=frozenset({"кабел"}),
            value_amount=Decimal(1_240_000),
            currency="EUR",
            is_outside=number == 1,
        )
        procedure = store_procedure(
            *[lot] * (number + 1),
            title=title,
            language="bg",
            buyer_name=buyer.name,
            value_amount=Decimal(1_240_000),
            currency="EUR",
            closes_in=timedelta(hours=3, minutes=12) if number == 0 else timedelta(days=6),
        )
        match.match_procedure(procedure_id=procedure.pk)
    drain()
    return Person.objects.get(pk=supplier.person_id), interest


@pytest.mark.parametrize(("width", "theme", "language"), VIEWS)
def test_every_page_is_accessible_and_fits(open_page, story, width, theme, language):
    person, interest = story
    Person.objects.filter(pk=person.pk).update(language=language, theme=theme)
    mail = Mail.objects.first()
    pages = {
        "matches": "/market/matches/",
        "interests": "/market/interests/",
        "interest": f"/market/interests/{interest.pk}/",
        "messages": "/messages/",
        "messages-settings": "/messages/settings/",
        "mailbox": "/mailbox/",
        "mail": f"/mailbox/{mail.pk}/",
    }
    for name, path in pages.items():
        page = open_page(path, width=width, theme=theme, language=language, person=person)
        look(page, f"{name}-{width}-{theme}-{language}")
        assert_fits(page)
        assert_accessible(page)
    if (width, theme) == (DESK, "light"):
        page = open_page(f"/mailbox/{mail.pk}/html/", width=700, person=person)
        look(page, "mail-html")
        assert page.locator("h1").evaluate("node => getComputedStyle(node).fontSize") == "20px"  # its styles are let in


def test_the_preview_follows_what_is_typed(open_page, story):
    person, interest = story
    page = open_page(f"/market/interests/{interest.pk}/", person=person)
    page.locator("#preview").get_by_text("2 procedures in the last 90 days").wait_for()
    page.get_by_label("Words wanted").fill("асфалт")
    page.locator("#preview").get_by_text("Too narrow").wait_for()


def test_without_scripts_the_preview_is_a_button(open_page, story):
    person, interest = story
    page = open_page(f"/market/interests/{interest.pk}/", person=person, script=False)
    page.get_by_label("Words wanted").fill("асфалт")
    page.get_by_role("button", name="What would it bring?").click()
    page.locator("#preview").get_by_text("Too narrow").wait_for()
    page.get_by_role("button", name="Save the interest").click()
    page.get_by_role("heading", name="1 interest says what comes to you").wait_for()


def test_a_procedure_is_put_away_in_two_clicks(open_page, story):
    person, _interest = story
    page = open_page("/market/matches/", person=person)
    page.get_by_role("heading", name="2 procedures fit your interests").wait_for()
    page.locator("details.mt-dismiss > summary").first.click()
    page.get_by_role("button", name="Too small").first.click()
    page.get_by_role("heading", name="1 procedure fits your interests").wait_for()
