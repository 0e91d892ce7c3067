"""The main job, from end to end, in two browsers: publish, match, tell, bid, open, award by lowest price, deal won."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext
from playwright.sync_api import Locator, Page, expect

from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.drain import drain
from pazar.ground.jobs.queries import worker_state
from pazar.ground.messages.models import Mail
from pazar.market.awards import queries as comparisons
from pazar.market.awards.commands import award
from pazar.market.bids.commands import opening
from pazar.market.bids.models import Submission
from pazar.market.bids.refusals import SharesMissing
from pazar.market.bids.tests.bidding import make_bidder, make_submitted
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import make_buyer, make_procedure
from tests.browser import PHONE, OpenPage, assert_accessible, assert_fits, look
from tests.factories import actor_of, make_company, make_person

VENDOR = Path(__file__).parents[2] / "build" / "vendor" / "hpke.js"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not VENDOR.exists(), reason="vendor scripts aren't built: make setup"),
]

TITLE = "Cables for the repair of workshop 2"


def work() -> None:
    """What the worker would have done by now: due acts first, then jobs and what they bring."""
    clockwork.run_due()
    drain()


def mails(person_id: object, beginning: str) -> int:
    return sum(mail.subject.startswith(beginning) for mail in Mail.objects.filter(person_id=person_id))


def move_clock_past(procedure: Procedure) -> None:
    assert procedure.closes_at is not None
    rest = procedure.closes_at - clock.db_now() + timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_centre SET shift = shift + %s", [rest])


def pick(page: Page, label: str, typed: str) -> None:
    """Choose the first line that a picker offers for what is typed."""
    box = page.get_by_role("combobox", name=label)
    box.press_sequentially(typed)
    offered = page.get_by_role("listbox").get_by_role("option")
    offered.first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    expect(offered).to_have_count(0)


# --- what each of them does -------------------------------------------------------------------
def says_what_he_sells(page: Page) -> None:
    page.goto("/market/matches/")
    page.get_by_role("link", name=said(page, "Make the first interest")).click()
    page.get_by_label(said(page, "Name"), exact=True).fill("NYM")
    pick(page, said(page, "Categories, each with all under it"), "31321")
    page.get_by_role("button", name=said(page, "Save the interest")).click()
    page.wait_for_url("**/market/interests/")
    expect(page.get_by_role("link", name="NYM")).to_be_visible()


def publishes(page: Page) -> Procedure:
    page.goto("/market/procedures/new/")
    page.get_by_label(said(page, "What is to be bought")).fill(TITLE)
    page.get_by_label(said(page, "Kind of procedure")).select_option("open_tender")
    page.get_by_role("button", name=said(page, "Make the draft")).click()
    page.wait_for_url("**/edit/")
    main = page.locator("#work-form")
    main.get_by_label(said(page, "Description")).first.fill("Delivery to the store in Sofia.")
    main.get_by_label(said(page, "Language of the documents")).select_option("en")
    main.get_by_label(said(page, "Regime")).select_option("commercial")
    main.get_by_label(said(page, "Currency of the prices")).select_option("EUR")
    if page.locator("#lot-1").count() == 0:
        page.get_by_role("button", name=said(page, "Add a lot")).click()
    lot = page.locator("#lot-1")
    lot.get_by_label(said(page, "Title of the lot")).fill("Cables")
    pick(page, said(page, "Categories"), "31321")
    pick(page, said(page, "Places of delivery"), "BG411")
    lot.get_by_label(said(page, "Estimated value")).fill("40000")
    if lot.locator(".pz-item").count() == 0:
        page.get_by_role("button", name=said(page, "Add an item to lot %(number)s") % {"number": 1}).click()
    item = page.locator(".pz-item")
    expect(item).to_have_count(1)
    item.get_by_label(said(page, "What")).fill("Cable NYM-J 3x2.5")
    item.get_by_label(said(page, "Quantity")).fill("500")
    item.get_by_label(said(page, "Unit")).fill("m")
    until = timezone.localtime(clock.db_now() + timedelta(days=10))
    main.get_by_label(said(page, "Bids until")).fill(until.strftime("%Y-%m-%dT%H:%M"))
    # The browser writes the field in its own language; beside it stands the moment in the page's.
    expect(page.locator("pz-when[for=id_closes_at]")).to_contain_text(f"{until.year}")
    expect(page.locator("pz-when[for=id_closes_at]")).to_contain_text(until.strftime("%H:%M"))
    main.get_by_label(said(page, "Payment")).fill("30 days after delivery")
    expect(page.get_by_role("heading", name=said(page, "Nothing keeps it from being published"))).to_be_visible()
    page.get_by_role("button", name=said(page, "Look at it and publish")).first.click()
    assert_accessible(page)
    page.get_by_role("button", name=said(page, "Publish it now")).click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    return Procedure.objects.get(title=TITLE)


def prepares_and_seals(page: Page, procedure: Procedure, *, price: str) -> str:
    """By what the page says in its language; answers the digest on the receipt."""
    page.goto(f"/market/procedures/{procedure.pk}/")
    page.get_by_role("button", name=said(page, "Prepare a bid")).click()
    page.wait_for_url("**/market/bids/*/")
    assert_accessible(page)
    page.locator("input[name^=price-]").fill(price)
    page.get_by_label(said(page, "Delivery, days from the order")).fill("14")
    page.get_by_label(said(page, "Days from the end of the tender period")).fill("60")
    for declaration in page.locator("input[name=declared]").all():
        declaration.check()
    page.get_by_role("link", name=said(page, "Look through and seal")).click()
    page.wait_for_url("**/preview/")
    assert_accessible(page)
    page.get_by_role("button", name=said(page, "Seal and submit")).click()
    page.wait_for_url("**/receipt/")
    expect(page.get_by_role("heading", name=said(page, "Your sealed bid is in the box"))).to_be_visible()
    assert_accessible(page)
    with acting(CENTRE):
        submission = Submission.objects.get(bid__company__name="Cable Balkan")
    digest = bytes(submission.digest).hex()
    assert digest in page.content()
    return digest


def opens(page: Page, procedure: Procedure, *, key: tuple[Path, str] | None = None) -> None:
    page.goto(f"/market/procedures/{procedure.pk}/")
    page.get_by_role("link", name=said(page, "Open the bids")).click()
    page.wait_for_url("**/opening/")
    if key is None:
        page.get_by_role("button", name=said(page, "Open the bids")).click()
    else:
        expect(page.get_by_role("button", name=said(page, "Open the bids"), exact=True)).to_have_count(0)
        page.get_by_label(said(page, "Key file")).set_input_files(key[0])
        page.get_by_label(said(page, "Passphrase")).fill(key[1])
        page.get_by_role("button", name=said(page, "Release my shares and open the bids")).click()
    expect(page.get_by_role("heading", name=said(page, "The bids are open"))).to_be_visible()


def awards(page: Page, procedure: Procedure) -> None:
    page.goto(f"/market/procedures/{procedure.pk}/?tab=comparison")
    rows = page.get_by_role("region", name=said(page, "Ranking")).get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Cable Balkan")
    expect(rows.nth(1)).to_contain_text(figure(page, "5 999.50"))
    expect(rows.nth(2)).to_contain_text("Dearer Ltd")
    assert_accessible(page)
    look(page, "journey-comparison")
    page.get_by_role("link", name=said(page, "Award"), exact=True).click()
    page.wait_for_url("**/award/")
    assert_accessible(page)
    page.get_by_role("button", name=said(page, "Award and tell everybody")).click()
    expect(page.get_by_text(said(page, "Awarded. Everybody who bid is being told."))).to_be_visible()


def said(page: Page, text: str) -> str:
    """The centre's sentence in the language of the page."""
    language = page.locator("html").get_attribute("lang") or "en"
    with translation.override(language):
        found = gettext(text)
    assert language == "en" or found != text, f"{text!r} is said in English alone"
    return found


def figure(page: Page, english: str) -> str:
    """A figure as the page's language writes it; thousands stand apart by a hard blank in both."""
    return english.replace(".", ",") if page.locator("html").get_attribute("lang") == "bg" else english


# --- the journeys -----------------------------------------------------------------------------
def test_the_way_of_a_procedure(open_page: OpenPage) -> None:
    purchasing = make_company("Rechna Works")
    buyer = make_person(purchasing, Role.BUYER, name="Bella Buyer", language="en")
    supplier = make_person(make_company("Cable Balkan"), Role.OWNER, name="Sam Supplier", language="en")
    rival = make_bidder(company=make_company("Dearer Ltd"))

    selling = open_page("/", person=supplier)
    says_what_he_sells(selling)
    buying = open_page("/", person=buyer)
    procedure = publishes(buying)
    work()

    # The supplier is told, on the centre and by mail, and sees why.
    selling.goto("/messages/")
    expect(selling.get_by_role("button", name=TITLE)).to_be_visible()
    mail = Mail.objects.get(person=supplier)
    assert TITLE in mail.subject + mail.text and "List-Unsubscribe-Post" in mail.headers
    selling.goto("/market/matches/")
    expect(selling.get_by_role("link", name=TITLE)).to_be_visible()
    look(selling, "journey-matches")

    # It stands in his sales desk; he takes it up.
    selling.goto("/sales/inbox/")
    expect(selling.get_by_role("link", name=TITLE)).to_be_visible()
    look(selling, "journey-inbox")
    selling.get_by_role("row", name=TITLE).get_by_role("button", name="Take up").click()
    selling.goto("/sales/inbox/?show=leads")
    expect(selling.get_by_role("row", name=TITLE)).to_contain_text("Sam Supplier")

    # He bids under seal; nobody reads it, and nobody learns that he did.
    digest = prepares_and_seals(selling, procedure, price="11.9990")
    look(selling, "journey-receipt")
    make_submitted(procedure, rival, price="12.50")
    work()
    for tab in ("", "?tab=opening"):
        buying.goto(f"/market/procedures/{procedure.pk}/{tab}")
        assert not any(secret in buying.content() for secret in ("Cable Balkan", "Dearer", "999.50", digest))
    assert not any("999.50" in mail.text + mail.html for mail in Mail.objects.all())
    selling.goto("/sales/deals/")
    expect(selling.get_by_text(f"From the market: {TITLE}")).to_be_visible()

    # The deadline passes; the buyer opens, compares, awards.
    move_clock_past(procedure)
    work()
    procedure.refresh_from_db()
    assert procedure.state == Procedure.State.CLOSED
    opens(buying, procedure)
    awards(buying, procedure)
    work()

    # Letters to both; the deal is won with its price.
    assert mails(supplier.pk, f"You won: {TITLE}") == 1
    assert mails(rival.person_id, "Your bid was not chosen") == 1
    selling.goto("/messages/")
    selling.get_by_role("button", name=f"You won: {TITLE}").click()
    selling.wait_for_url(f"**/market/procedures/{procedure.pk}/?tab=award")
    expect(selling.get_by_role("region", name="Ranking")).to_contain_text("Dearer Ltd")
    assert_accessible(selling)
    look(selling, "journey-award")
    selling.goto("/sales/deals/?view=list&stage=won")
    look(selling, "journey-deals")
    deal = selling.get_by_role("row", name=TITLE)
    expect(deal).to_contain_text("Won")
    expect(deal).to_contain_text("5 999.50")


def test_the_suppliers_part_in_bulgarian_on_a_phone(open_page: OpenPage) -> None:
    buyer = make_buyer()
    supplier = make_person(make_company("Cable Balkan"), Role.OWNER, name="Сава Доставчик", language="bg")
    page = open_page("/", person=supplier, width=PHONE, language="bg")
    says_what_he_sells(page)
    procedure = make_procedure(buyer)
    title = procedure.title
    work()

    page.goto("/messages/")
    expect(page.get_by_role("button", name=title)).to_be_visible()
    page.goto("/market/matches/")
    expect(page.get_by_role("link", name=title)).to_be_visible()
    assert_usable(page)
    page.goto("/sales/inbox/")
    page.get_by_role("button", name=said(page, "Take up")).first.click()
    page.goto("/sales/inbox/?show=leads")
    expect(page.get_by_role("link", name=title)).to_be_visible()
    assert_usable(page)
    page.goto(f"/market/procedures/{procedure.pk}/")
    assert_usable(page)

    prepares_and_seals(page, procedure, price="11.9990")
    assert_usable(page)
    look(page, "journey-receipt-phone-bg")
    move_clock_past(procedure)
    work()
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    with acting(buyer):
        seen = award.fingerprint(comparisons.comparison(procedure))
    award.award_procedure(actor=buyer, procedure_id=procedure.pk, seen=seen)
    work()

    assert mails(supplier.pk, f"Спечелихте: {title}") == 1
    page.goto("/messages/")
    page.get_by_role("button", name=f"Спечелихте: {title}").click()
    page.wait_for_url("**/?tab=award")
    expect(page.locator("main")).to_contain_text("5 999,50 €")
    assert_usable(page)
    look(page, "journey-award-phone-bg")
    page.goto("/sales/deals/?view=list&stage=won")
    expect(page.get_by_role("row", name=title)).to_contain_text("5 999,50")
    assert_usable(page)


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker as the centre runs it: a process of its own, over the same database."""
    process = subprocess.Popen([sys.executable, "-m", "pazar", "worker"], env=os.environ | {"PYTHONUTF8": "1"})
    limit = time.monotonic() + 60
    while not worker_state(clock.db_now()).is_alive:
        assert process.poll() is None and time.monotonic() < limit, "the worker didn't start"
        time.sleep(0.2)
    yield
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def comes(page: Page, path: str, found: Callable[[], Locator]) -> Locator:
    """What a worker brings to a page: looked for again until it stands there."""
    limit = time.monotonic() + 90
    while True:
        page.goto(path)
        if found().count():
            return found().first
        assert time.monotonic() < limit, f"nothing came to {path}"
        page.wait_for_timeout(300)


def test_both_sides_in_bulgarian_at_a_desk_with_the_worker_and_the_pages_own_clock(
    open_page: OpenPage, worker: None
) -> None:
    """Nothing is run by hand here: what is told comes by the worker, and the deadline by the demo's own panel."""
    buyer = make_person(make_company("Речна АД"), Role.BUYER, name="Бела Купувачева", language="bg")
    supplier = make_person(make_company("Cable Balkan"), Role.OWNER, name="Сава Доставчик", language="bg")
    selling = open_page("/", person=supplier, language="bg")
    says_what_he_sells(selling)
    buying = open_page("/", person=buyer, language="bg")
    procedure = publishes(buying)

    comes(selling, "/messages/", lambda: selling.get_by_role("button", name=TITLE))
    comes(selling, "/market/matches/", lambda: selling.get_by_role("link", name=TITLE))
    assert_usable(selling)
    row = comes(selling, "/sales/inbox/", lambda: selling.get_by_role("row", name=TITLE))
    row.get_by_role("button", name=said(selling, "Take up")).click()
    prepares_and_seals(selling, procedure, price="11,9990")
    make_submitted(procedure, make_bidder(company=make_company("Dearer Ltd")), price="12.50")
    comes(selling, "/sales/deals/", lambda: selling.get_by_role("link", name="Речна АД"))
    assert_usable(selling)

    buying.goto("/demo/clock/")
    shuts = gettext_in("bg", "%(reference)s: bids close, the box is shut") % {"reference": procedure.reference}
    line = buying.get_by_role("row", name=shuts)
    line.get_by_role("button", name=said(buying, "Just after it")).click()
    comes(
        buying,
        f"/market/procedures/{procedure.pk}/",
        lambda: buying.get_by_role("link", name=said(buying, "Open the bids")),
    )
    opens(buying, procedure)
    assert_usable(buying)
    awards(buying, procedure)

    won = gettext_in("bg", "You won: {title} ({reference})").format(title=TITLE, reference=procedure.reference)
    comes(selling, "/messages/", lambda: selling.get_by_role("button", name=won)).click()
    selling.wait_for_url(f"**/market/procedures/{procedure.pk}/?tab=award")
    row = comes(selling, "/sales/deals/?view=list&stage=won", lambda: selling.get_by_role("row", name=TITLE))
    expect(row).to_contain_text(figure(selling, "5 999.50"))
    assert_usable(selling)
    look(selling, "journey-bg-won")


def gettext_in(language: str, text: str) -> str:
    with translation.override(language):
        return gettext(text)


def assert_usable(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


def test_under_two_keys_nobody_opens_alone(open_page: OpenPage, tmp_path: Path) -> None:
    person = make_person(make_company("Rechna Works"), Role.BUYER, name="Bella Buyer", language="en")
    buyer = actor_of(person, person.memberships.get().company)
    supplier = make_person(make_company("Cable Balkan"), Role.OWNER, name="Sam Supplier", language="en")
    passphrase = "a key under the stone"

    buying = open_page("/market/sealing-key/", person=person)
    buying.get_by_label("Passphrase", exact=True).fill(passphrase)
    buying.get_by_label("Passphrase again").fill(passphrase)
    with buying.expect_download() as download:
        buying.get_by_role("button", name="Make the key and download it").click()
    file = tmp_path / "key.json"
    download.value.save_as(file)
    expect(buying.get_by_text("The key file is downloaded")).to_be_visible()

    procedure = make_procedure(buyer, seal="server_and_person", seal_person_id=person.pk)
    selling = open_page("/", person=supplier)
    digest = prepares_and_seals(selling, procedure, price="11.9990")
    make_submitted(procedure, make_bidder(company=make_company("Dearer Ltd")), price="12.50")
    move_clock_past(procedure)
    work()
    with pytest.raises(SharesMissing):
        opening.open_box(actor=buyer, procedure_id=procedure.pk)
    opens(buying, procedure, key=(file, passphrase))
    assert digest in buying.content()
    awards(buying, procedure)
    procedure.refresh_from_db()
    assert procedure.state == Procedure.State.AWARDED
