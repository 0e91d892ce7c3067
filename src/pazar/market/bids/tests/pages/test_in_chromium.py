"""The pages of bids in a real browser: draft, seal, receipt, key, opening."""

from pathlib import Path

import pytest
from tests.browser import DESK, PHONE, assert_accessible, assert_fits, look

from pazar.ground.identity.models import Person, SealingKey
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.market.bids import queries
from pazar.market.bids.models import Bid
from pazar.market.bids.tests.bidding import make_bidder, make_submitted, pass_deadline
from pazar.market.procedures.rules.facts import ItemFacts, LotFacts
from pazar.market.procedures.tests.factories import LOT, make_buyer, make_procedure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VENDOR = Path(__file__).parents[6] / "build" / "vendor" / "hpke.js"
needs_vendor = pytest.mark.skipif(not VENDOR.exists(), reason="vendor scripts aren't built: make setup")


def person(actor) -> Person:
    return Person.objects.get(pk=actor.person_id)


def two_lots(buyer, **said):
    from decimal import Decimal

    other = LotFacts(
        title="Муфи",
        cpv=("31224400",),
        regions=("BG331",),
        value_amount=Decimal(9000),
        items=(
            ItemFacts(description="Муфа 95 мм²", cpv="31224400", quantity=Decimal(640), unit="SET"),
            ItemFacts(description="Глава 185 мм²", cpv="31224400", quantity=Decimal(12), unit="C62"),
        ),
    )
    return make_procedure(buyer, lots=(LOT, other), **said)


@needs_vendor
def test_a_bid_is_drafted_sealed_and_submitted_in_the_browser(open_page):
    procedure = two_lots(make_buyer())
    bidder = make_bidder()
    page = open_page(f"/market/procedures/{procedure.pk}/", person=person(bidder))
    page.get_by_role("button", name="Prepare a bid").click()
    page.wait_for_url("**/market/bids/*/")
    page.get_by_label("Unit price of Кабел NYM-J 3x2,5").fill("1,234.5678")
    page.get_by_label("Delivery, days from the order").first.fill("14")
    page.get_by_label("Leave out").nth(1).check()
    page.get_by_label("Days from the end of the tender period").fill("60")
    for box in page.locator("input[name=declared]").all():
        box.check()
    page.get_by_text("Your bid: 8 of 8 ready").wait_for()
    assert "617" in page.locator("output").first.inner_text().replace("\u00a0", "")
    look(page, "bid-draft")
    assert_accessible(page)
    page.get_by_role("link", name="Look through and seal").click()
    look(page, "bid-preview")
    assert_accessible(page)
    page.get_by_role("button", name="Seal and submit").click()
    page.wait_for_url("**/receipt/")
    page.get_by_role("heading", name="Your sealed bid is in the box").wait_for()
    look(page, "bid-receipt")
    assert_accessible(page)
    with acting(CENTRE):
        (bid,) = Bid.objects.select_related("current")
    assert bytes(bid.current.digest).hex() in page.content()
    page.goto(f"/market/procedures/{procedure.pk}/")
    look(page, "procedure-with-bid")
    assert_accessible(page)
    page.goto(f"/market/bids/{bid.pk}/")
    page.get_by_text("Withdraw the bid", exact=True).click()
    page.get_by_role("button", name="Withdraw the bid from the box").click()
    page.get_by_text("Your bid is withdrawn").wait_for()


@needs_vendor
def test_a_key_holder_makes_his_key_and_opens_the_bids_with_it(open_page, tmp_path):
    buyer = make_buyer()
    page = open_page("/market/sealing-key/", person=person(buyer))
    page.get_by_label("Passphrase", exact=True).fill("ключ под камъка")
    page.get_by_label("Passphrase again").fill("ключ под камъка")
    look(page, "sealing-key")
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Make the key and download it").click()
    file = tmp_path / "key.json"
    download.value.save_as(file)
    page.get_by_text("The key file is downloaded").wait_for()
    page.get_by_role("heading", name="You hold a sealing key").wait_for()
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert_fits(page)  # its fingerprint is one long word
    assert SealingKey.objects.get(person_id=buyer.person_id).revoked_at is None

    procedure = make_procedure(buyer, seal="server_and_person", seal_person_id=buyer.person_id)
    make_submitted(procedure)
    make_submitted(procedure, price="11")
    page.goto(f"/market/procedures/{procedure.pk}/opening/")
    page.get_by_role("heading", name="The box is still taking bids").wait_for()
    pass_deadline(procedure)
    page.reload()
    page.get_by_label("Key file").set_input_files(file)
    page.get_by_label("Passphrase").fill("не е тази думичка")
    page.set_viewport_size({"width": PHONE, "height": 660})
    page.get_by_role("button", name="Release my shares and open the bids").click()
    said = page.get_by_text("The passphrase doesn't fit this key file")
    said.wait_for()
    bar, words = page.locator(".pz-hall").bounding_box(), said.bounding_box()
    assert words["y"] + words["height"] <= bar["y"]  # seen above the bar without scrolling
    look(page, "opening-ceremony-phone")
    assert_fits(page)
    page.set_viewport_size({"width": DESK, "height": 900})
    look(page, "opening-ceremony")
    assert_accessible(page)
    page.get_by_label("Passphrase").fill("ключ под камъка")
    page.get_by_role("button", name="Release my shares and open the bids").click()
    page.get_by_role("heading", name="The bids are open").wait_for()
    look(page, "opening-record")
    assert_accessible(page)
    with acting(CENTRE):
        assert [bid.lots[0].fault for bid in queries.opened_bids(procedure.pk)] == ["", ""]


@pytest.mark.parametrize("language", ["en", "bg"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_axe_finds_nothing(open_page, language, theme):
    procedure = two_lots(buyer := make_buyer())
    bidder, receipt = make_submitted(procedure)
    pages = {
        "bids": ("/market/bids/", bidder),
        "bid": (f"/market/bids/{receipt.bid_id}/", bidder),
        "receipt": (f"/market/bids/{receipt.bid_id}/receipt/", bidder),
        "preview": (f"/market/bids/{receipt.bid_id}/preview/", bidder),
        "key": ("/market/sealing-key/", buyer),
        "opening": (f"/market/procedures/{procedure.pk}/opening/", buyer),
    }
    for name, (path, actor) in pages.items():
        page = open_page(path, person=person(actor), width=PHONE, language=language, theme=theme)
        look(page, f"{name}-phone-{language}-{theme}")
        assert_fits(page)
        assert_accessible(page)


def test_without_script_a_draft_is_saved_and_sealing_says_what_it_needs(open_page):
    procedure = make_procedure()
    bidder, receipt = make_submitted(procedure)
    page = open_page(f"/market/bids/{receipt.bid_id}/", person=person(bidder), script=False)
    page.get_by_label("Unit price of Кабел NYM-J 3x2,5").fill("7")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_text("The draft is saved.").wait_for()
    assert "3500" in page.locator("output").first.inner_text().replace("\u00a0", "")
    page.goto(f"/market/bids/{receipt.bid_id}/preview/")
    assert page.locator("noscript p").is_visible()
    assert "Sealing needs JavaScript" in page.locator("noscript p").inner_text()
