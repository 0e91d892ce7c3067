"""A company's people, in Bulgarian and on a telephone: asked in, given a role, asked for approval, gone."""

import re
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Page, expect

from pazar.ground import clock
from pazar.ground.identity import queries as identity
from pazar.ground.identity.models import Membership, Person
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Mail
from pazar.ground.people.commands import approvals
from pazar.market.bids.tests.bidding import make_bid
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import make_draft, make_procedure
from pazar.sales.customers.models import Account
from tests.browser import DESK, PHONE, OpenPage, assert_accessible, assert_fits, look
from tests.factories import actor_of, make_company, make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL = "kalina@oblast.example"
PASSWORD = "quiet-harbour-81"


def bg(text: str) -> str:
    with translation.override("bg"):
        return gettext(text)


def seen(page: Page, name: str) -> None:
    assert_fits(page)
    assert_accessible(page)
    look(page, f"people-{name}")


def test_asked_in_by_mail_and_in_on_a_telephone(open_page: OpenPage) -> None:
    company = make_company("Община Мездра")
    owner = make_person(company, Role.OWNER, name="Мария Петрова", language="bg")
    page = open_page("/company/people/", width=PHONE, language="bg", person=owner)
    page.get_by_label(bg("E-mail address")).fill(EMAIL)
    page.get_by_label(bg("Language of the mail")).select_option("bg")
    page.locator("form[action$='/invite/']").get_by_label(bg("Buyer")).check()
    seen(page, "1-invite")
    page.get_by_role("button", name=bg("Send the invitation")).click()
    expect(page.get_by_role("cell", name=EMAIL)).to_be_visible()
    seen(page, "2-invited")

    mail = Mail.objects.get(to=EMAIL)
    assert "Мария Петрова Ви кани" in mail.text
    found = re.search(r"/invitations/[\w-]+/", mail.text)
    assert found is not None
    newcomer = open_page(found[0], width=PHONE, language="bg")
    newcomer.get_by_label(bg("Your name")).fill("Калина Димова")
    newcomer.get_by_label(bg("New password")).fill(PASSWORD)
    seen(newcomer, "3-accept")
    newcomer.get_by_role("button", name=bg("Accept")).click()
    expect(newcomer.get_by_role("heading", name=bg("Our people"))).to_be_visible()
    person = Person.objects.get(email=EMAIL)
    assert identity.actor_for(person).roles == {Role.BUYER}

    page.goto(f"/company/people/{person.pk}/")
    page.get_by_label(bg("Tender manager")).check()
    seen(page, "4-roles")
    page.get_by_role("button", name=bg("Save")).click()
    expect(page.get_by_text(bg("The roles are changed."))).to_be_visible()
    assert identity.actor_for(person).roles == {Role.BUYER, Role.TENDER_MANAGER}
    page.goto("/company/people/rights/")
    seen(page, "5-rights")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_publication_waits_for_a_second_person(open_page: OpenPage, width: int) -> None:
    company = make_company("Община Мездра")
    owner = make_person(company, Role.OWNER, name="Мария Петрова", language="bg")
    buyer = make_person(company, Role.BUYER, name="Калина Димова", language="bg")
    draft = make_draft(actor_of(buyer, company), title="Доставка на кабели", value_amount=Decimal(25000))

    head = open_page("/company/approvals/", width=width, language="bg", person=owner)
    head.get_by_label(bg("What"), exact=True).select_option("publication")
    head.get_by_label(bg("Worth more than")).fill("10000")
    head.get_by_label(bg("Who approves")).select_option("owner")
    seen(head, f"6-chain-{width}")
    head.get_by_role("button", name=bg("Add a step")).click()
    expect(head.get_by_text(bg("From now on this needs a second person."))).to_be_visible()

    page = open_page(f"/market/procedures/{draft.pk}/publish/", width=width, language="bg", person=buyer)
    page.get_by_role("button", name=bg("Publish it now")).click()
    expect(page.get_by_text(bg("Nothing was done: a second person must approve this first.")).first).to_be_visible()
    seen(page, f"7-refused-{width}")
    page.get_by_role("link", name=bg("Ask for the approval")).click()
    page.get_by_label(bg("What they should know")).fill("Спешно е.")
    seen(page, f"8-ask-{width}")
    page.get_by_role("button", name=bg("Ask for the approval")).click()
    expect(page.get_by_text(bg("It is asked; you are told when it is decided."))).to_be_visible()

    head.goto("/company/approvals/")
    seen(head, f"9-waits-{width}")
    head.get_by_role("link", name="Доставка на кабели").click()
    seen(head, f"10-decide-{width}")
    head.get_by_role("button", name=bg("Approve"), exact=True).click()
    expect(head.get_by_text(bg("You approved it."))).to_be_visible()

    page.goto(f"/market/procedures/{draft.pk}/publish/")
    page.get_by_role("button", name=bg("Publish it now")).click()
    page.wait_for_load_state("load")
    assert Procedure.objects.get(pk=draft.pk).state == "published"


def test_who_leaves_hands_over(open_page: OpenPage) -> None:
    company = make_company("Кабел Изток ООД")
    owner = make_person(company, Role.OWNER, name="Мария Петрова", language="bg")
    leaver = make_person(company, Role.SALES_MANAGER, name="Явор Кръстев", language="bg")
    heir = make_person(company, Role.SALES_DIRECTOR, name="Огнян Бакалов", language="bg")
    with acting(actor_of(owner, company)):
        account = Account.objects.create(company=company, name="Община", manager=leaver, created_at=clock.db_now())
    gone = open_page("/company/people/", language="bg", person=leaver)
    page = open_page("/company/people/", width=PHONE, language="bg", person=owner)
    page.get_by_role("row", name=re.compile("Явор Кръстев")).get_by_role("link", name=bg("Leaves")).click()
    page.get_by_label(bg("Who takes over")).select_option(label="Огнян Бакалов")
    seen(page, "11-leave")
    page.get_by_role("button", name=bg("Hand over and leave")).click()
    expect(page.get_by_role("heading", name=bg("Our people"))).to_be_visible()
    with acting(actor_of(owner, company)):
        account.refresh_from_db()
    assert account.manager_id == heir.pk
    assert not Membership.objects.get(person=leaver, company=company).is_active
    answer = gone.goto("/company/people/")
    assert answer is not None and answer.status == 404


def test_one_switches_between_his_companies(open_page: OpenPage) -> None:
    first, second = make_company("Първа ООД"), make_company("Втора АД")
    person = make_person(first, Role.OWNER, name="Мария Петрова", language="bg")
    Membership.objects.create(person=person, company=second, roles=["reader"])
    for width in (PHONE, DESK):
        page = open_page("/company/people/", width=width, language="bg", person=person)
        page.locator(".pz-acting summary").click()
        look(page, f"people-12-switch-{width}")
        page.locator(".pz-acting").get_by_role("button", name="Първа ООД").click()
        page.wait_for_load_state("load")
        page.goto("/company/people/")
        expect(page.locator(".pz-acting summary")).to_contain_text("Първа ООД")
        page.locator(".pz-acting summary").click()
        page.locator(".pz-acting").get_by_role("button", name="Втора АД").click()
        page.wait_for_load_state("load")
        page.goto("/company/people/")
        seen(page, f"13-second-{width}")
        expect(page.locator(".pz-acting summary")).to_contain_text("Втора АД")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_operator_looks_and_a_person_asks_for_his_data(open_page: OpenPage, width: int) -> None:
    company = make_company("Кабел Изток ООД")
    owner = make_person(company, Role.OWNER, name="Мария Петрова", language="bg")
    operator = make_person(name="Цветана Илиева", language="bg", staff_roles=["operator"])
    page = open_page("/centre/look-in/?q=Кабел", width=width, language="bg", person=operator)
    page.get_by_label(bg("Why")).fill("Собственикът помоли за помощ по телефона.")
    seen(page, f"14-look-{width}")
    page.get_by_role("button", name=bg("Look into this company")).click()
    expect(page.get_by_text(owner.email)).to_be_visible()
    seen(page, f"15-looked-{width}")
    page.goto("/centre/people/")
    seen(page, f"16-staff-{width}")

    mine = open_page("/company/people/", width=width, language="bg", person=owner)
    expect(mine.get_by_text("Собственикът помоли за помощ по телефона.")).to_be_visible()
    mine.goto("/settings/my-data/")
    mine.get_by_role("button", name=bg("Make the file")).click()
    drain()
    mine.goto("/settings/my-data/")
    seen(mine, f"17-data-{width}")
    with mine.expect_download() as told:
        mine.get_by_role("link", name=bg("Download")).click()
    assert told.value.suggested_filename == "my-data.zip"
    mine.goto("/erased/")
    seen(mine, f"18-erased-{width}")


def test_a_bid_above_the_bound_waits_and_goes_out(open_page: OpenPage) -> None:
    company = make_company("Медна жица АД")
    head = make_person(company, Role.OWNER, name="Мария Петрова", language="bg")
    bidder = make_person(company, Role.TENDER_MANAGER, name="Надя Петкова", language="bg")
    approvals.add_step(
        actor=actor_of(head, company), kind="bid", above=Decimal(5000), currency="EUR", role=str(Role.OWNER)
    )
    _actor, bid = make_bid(make_procedure(), actor_of(bidder, company))
    page = open_page(f"/market/bids/{bid.pk}/preview/", language="bg", person=bidder)
    page.locator("pz-seal button").click()
    way = page.locator("pz-seal").get_by_role("link", name=bg("Ask for the approval"))
    expect(way).to_be_visible()
    look(page, "people-19-bid-refused")
    way.click()
    page.get_by_role("button", name=bg("Ask for the approval")).click()
    decides = open_page("/company/approvals/", language="bg", person=head)
    decides.get_by_role("row", name=re.compile("6.250,00")).get_by_role("link").click()
    decides.get_by_role("button", name=bg("Approve"), exact=True).click()
    expect(decides.get_by_text(bg("You approved it."))).to_be_visible()
    page.goto(f"/market/bids/{bid.pk}/preview/")
    page.locator("pz-seal button").click()
    page.wait_for_url("**/receipt/")


def test_a_page_open_for_one_company_does_nothing_for_another(open_page: OpenPage) -> None:
    first, second = make_company("Първа ООД"), make_company("Втора АД")
    person = make_person(first, Role.OWNER, name="Мария Петрова", language="bg")
    Membership.objects.create(person=person, company=second, roles=["owner"])
    page = open_page("/company/people/", language="bg", person=person)
    page.get_by_label(bg("E-mail address")).fill(EMAIL)
    page.locator("form[action$='/invite/']").get_by_label(bg("Reader")).check()
    other = page.context.new_page()
    other.goto("/company/people/")
    other.locator(".pz-acting summary").click()
    other.locator(".pz-acting").locator("button:not([aria-current])").click()
    other.wait_for_load_state("load")
    page.get_by_role("button", name=bg("Send the invitation")).click()
    expect(page.get_by_text(bg("Nothing was done: you act for another company now.")).first).to_be_visible()
    assert not Mail.objects.filter(to=EMAIL).exists()
