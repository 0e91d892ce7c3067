"""The comparison, the award and the protocol as each of those concerned sees them."""

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from tests.factories import make_actor, make_company

from pazar.ground import clock
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.market.awards import panels, protocol, queries
from pazar.market.awards.commands import exclude
from pazar.market.awards.models import Award, Exclusion
from pazar.market.awards.tests.factories import make_opened
from pazar.market.bids.tests.bidding import make_bidder
from pazar.market.procedures.tests.factories import make_buyer

pytestmark = pytest.mark.django_db

HOSTILE = '#panic("x") *Ivan* <script>alert(1)</script> $x$ \\ "O\'Neil" & @ref'


def logged_in(actor) -> Client:
    client = Client()
    if actor:
        client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def see(actor, path, language="en"):
    return logged_in(actor).get(path, headers={"Accept-Language": language})


def page_of(case, tab=""):
    return f"/market/procedures/{case.procedure.pk}/" + (f"?tab={tab}" if tab else "")


def keys(actor, case):
    case.procedure.refresh_from_db()
    with acting(actor):
        return {p.key for p in panels.panels(actor=actor, procedure=case.procedure, moment=clock.db_now())}


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_comparison_is_the_buyers_and_the_award_everybodys():
    case = make_opened("12", "11")
    bidder, stranger = case.bidders[0], make_bidder()
    assert keys(case.buyer, case) == {"comparison", "award"}
    assert keys(bidder, case) == keys(stranger, case) == keys(NOBODY, case) == set()
    case.award()
    assert keys(case.buyer, case) == {"award", "comparison"}
    for actor in (bidder, stranger, NOBODY):
        assert keys(actor, case) == {"award"}


def test_the_buyer_compares_and_decides():
    bidders = [make_bidder(company=make_company("Dear Ltd")), make_bidder(company=make_company(HOSTILE))]
    case = make_opened("12", "11", bidders=bidders)
    shown = see(case.buyer, page_of(case, "comparison")).content.decode()
    assert "6\xa0000.00" in shown and "5\xa0500.00" in shown and "+9.09\xa0%" in shown
    assert "<script>alert" not in shown
    assert "Кабел по БДС, на барабани." in shown

    client = logged_in(case.buyer)
    pair = {"lot": case.lot.pk, "bid": case.receipts[1].bid_id}
    answer = client.post(f"/market/procedures/{case.procedure.pk}/set-aside/", {**pair, "reason": "no"}, follow=True)
    assert "Say why, in a sentence the bidder will understand." in answer.content.decode()
    client.post(f"/market/procedures/{case.procedure.pk}/set-aside/", {**pair, "reason": "Not what was asked for."})
    assert Exclusion.objects.get().bid_id == case.receipts[1].bid_id
    assert "Not what was asked for." in see(case.buyer, page_of(case, "comparison")).content.decode()
    client.post(f"/market/procedures/{case.procedure.pk}/take-back/", pair)
    assert not Exclusion.objects.exists()

    decide = f"/market/procedures/{case.procedure.pk}/award/"
    page = client.get(decide)
    assert page.context["awarded"] is True
    stale = client.post(decide, {"seen": "0" * 32}, follow=True)
    assert "Nothing was awarded." in stale.content.decode()
    done = client.post(decide, {"seen": page.context["seen"], "reason": "Lowest."}, follow=True)
    assert done.status_code == 200
    assert "Awarded. Everybody who bid is being told." in done.content.decode()
    assert Award.objects.get().reason == "Lowest."
    assert client.get(decide).status_code == 409
    after = see(case.buyer, page_of(case, "comparison")).content.decode()
    assert "What they offer" in after and "Unit prices side by side" in after
    assert "set-aside/" not in after and "take-back/" not in after


def test_others_find_neither_the_decision_nor_its_acts():
    case = make_opened("12")
    reader = make_actor(Role.READER, company=case.procedure.buyer)
    pair = {"lot": case.lot.pk, "bid": case.receipts[0].bid_id, "reason": "Not good enough."}
    for actor, status in ((make_buyer(), 404), (case.bidders[0], 404), (reader, 403), (None, 302)):
        client = logged_in(actor)
        assert client.get(f"/market/procedures/{case.procedure.pk}/award/").status_code == status
        for act, said in (("award", {"seen": case.seen()}), ("set-aside", pair), ("take-back", pair)):
            assert client.post(f"/market/procedures/{case.procedure.pk}/{act}/", said).status_code == status, act
    assert not Award.objects.exists() and not Exclusion.objects.exists()


def test_losers_prices_are_shown_to_those_who_bid_alone():
    case = make_opened("12", "11", bidders=[make_bidder(company=make_company("Dear Ltd")), make_bidder()])
    case.award()
    for actor, shown in ((case.buyer, True), (case.bidders[1], True), (make_bidder(), False), (None, False)):
        page = see(actor, page_of(case, "award")).content.decode()
        assert "5\xa0500.00" in page
        assert ("6\xa0000.00" in page) is shown
        assert ("Dear Ltd" in page) is shown
        pdf = see(actor, f"/market/procedures/{case.procedure.pk}/protocol-en.pdf")
        assert pdf.status_code == (200 if shown else 404 if actor else 302)


def test_there_is_no_protocol_before_the_award_nor_in_another_language():
    case = make_opened("12")
    assert see(case.buyer, f"/market/procedures/{case.procedure.pk}/protocol-en.pdf").status_code == 404
    case.award()
    assert see(case.buyer, f"/market/procedures/{case.procedure.pk}/protocol-fr.pdf").status_code == 404
    answer = see(case.buyer, f"/market/procedures/{case.procedure.pk}/protocol-bg.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert f"protocol-{case.procedure.reference}-bg.pdf" in answer["Content-Disposition"]


@pytest.mark.parametrize("language", ["en", "bg"])
def test_the_protocol_says_all_in_both_languages(language):
    bidders = [make_bidder(company=make_company("Кабел и Син ООД")), make_bidder(company=make_company(HOSTILE))]
    bidders.append(make_bidder(company=make_company("Aside Ltd")))
    case = make_opened("12", "12", "11", bidders=bidders)
    exclude.set_aside(
        actor=case.buyer,
        procedure_id=case.procedure.pk,
        lot_id=case.lot.pk,
        bid_id=case.receipts[2].bid_id,
        reason="Липсва гаранция #pagebreak()",
    )
    case.award(reason="Най-ниска цена. = Not a heading")
    pdf = protocol.make(case.procedure, queries.awards_of(case.procedure.pk), language=language)
    said = flat(text_of(pdf))
    assert case.procedure.reference in said
    assert "Доставка на кабели" in said and "Кабел и Син ООД" in said
    assert '#panic("x") *Ivan* <script>alert(1)</script> $x$' in said
    assert "Липсва гаранция #pagebreak()" in said
    assert "= Not a heading" in said
    for receipt in case.receipts:
        assert receipt.digest in said.replace(" ", "")
    assert case.buyer.person_name in said
    if language == "en":
        assert "Protocol of the award" in said
        assert "All prices are without VAT." in said
        assert "6 000.00 EUR" in said and "5 500.00 EUR" in said
        assert "Awarded to Кабел и Син ООД for 6 000.00 EUR." in said
        assert "same price as the next, received earlier" in said
        assert "The lowest total wins." in said
    else:
        assert "Протокол за възлагане" in said
        assert "6 000,00 €" in said
        assert "Всички цени са без ДДС." in said
        assert "The lowest total" not in said and "Awarded" not in said


def test_the_protocol_is_the_same_for_readers_in_any_zone():
    from django.utils import timezone

    case = make_opened("12")
    case.award()
    awards = queries.awards_of(case.procedure.pk)
    with timezone.override("Asia/Tokyo"):
        said = text_of(protocol.make(case.procedure, awards, language="en"))
    assert "EET" in said or "EEST" in said
    assert "JST" not in said


def test_the_protocol_of_a_procedure_without_bids_can_be_set():
    case = make_opened()
    case.award()
    case.procedure.refresh_from_db()
    said = flat(text_of(protocol.make(case.procedure, queries.awards_of(case.procedure.pk), language="en")))
    assert "Awarded to nobody." in said
    page = see(make_bidder(), page_of(case, "award")).content.decode()
    assert "Awarded to nobody" in page


@pytest.mark.parametrize("language", ["en", "bg"])
def test_three_bids_of_one_price_stand_by_the_published_rule_wherever_the_ranking_is_shown(language):
    names = ["Първа ЕООД", "Втора ЕООД", "Трета ЕООД", "Скъпа ЕООД"]
    case = make_opened("12", "12", "12", "13", bidders=[make_bidder(company=make_company(name)) for name in names])
    compared = see(case.buyer, page_of(case, "comparison")).content.decode()
    awards = case.award()
    assert [(r["company_name"], r["tie"]) for r in awards[0].ranking["ranked"]] == [
        ("Първа ЕООД", "earlier"),
        ("Втора ЕООД", "earlier"),
        ("Трета ЕООД", ""),
        ("Скъпа ЕООД", ""),
    ]
    assert awards[0].company.name == "Първа ЕООД"
    earlier = "same price as the next, received earlier"
    assert compared.count(earlier) == 2
    for actor in (case.buyer, case.bidders[2]):
        shown = see(actor, page_of(case, "award")).content.decode()
        assert shown.count(earlier) == 2
        assert "Of equal totals the bid received earlier stands first" in shown
    said = flat(text_of(protocol.make(case.procedure, queries.awards_of(case.procedure.pk), language=language)))
    word = earlier if language == "en" else "същата цена като следващата"
    assert said.count(word) == 2
    places = [said.index(name) for name in names]
    assert places == sorted(places)


def test_my_bids_say_how_each_ended():
    case = make_opened("12", "11")
    for bidder in case.bidders:
        assert "Opened, being evaluated" in see(bidder, "/market/bids/").content.decode()
    case.award()
    lost, won = (see(bidder, "/market/bids/").content.decode() for bidder in case.bidders)
    assert "Not won" in lost and "In the box" not in lost
    assert ">Won<" in won.replace(" <", "<").replace("> ", ">") and "Not won" not in won


def test_ending_without_bids_promises_no_letters():
    case = make_opened()
    client = logged_in(case.buyer)
    decide = f"/market/procedures/{case.procedure.pk}/award/"
    page = client.get(decide)
    assert "Everybody who bid gets a letter" not in page.content.decode()
    done = client.post(decide, {"seen": page.context["seen"]}, follow=True).content.decode()
    assert "The procedure ended without an award. Nobody bid, so there is nobody to tell." in done
    assert "Awarded. Everybody" not in done


def test_what_prices_hold_of_vat_is_said_wherever_they_stand():
    case = make_opened("12", "11")
    opened = see(case.buyer, f"/market/procedures/{case.procedure.pk}/opening/").content.decode()
    assert "All prices are without VAT." in opened
    assert "To the comparison" in opened and "?tab=comparison" in opened
    theirs = see(case.bidders[0], f"/market/procedures/{case.procedure.pk}/opening/").content.decode()
    assert "All prices are without VAT." in theirs and "To the comparison" not in theirs
    for path in (page_of(case, "comparison"), f"/market/procedures/{case.procedure.pk}/award/"):
        assert "All prices are without VAT." in see(case.buyer, path).content.decode()
    case.award()
    assert "All prices are without VAT." in see(None, page_of(case, "award")).content.decode()
    release = see(None, reverse("roof:ocds_release", args=[case.procedure.reference])).json()["releases"][0]
    assert [one["description"] for one in release["awards"]] == ["All prices are without VAT."]
