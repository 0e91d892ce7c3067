"""Letters: each bidder's people, once, in their language, with their own place and nobody else's secrets."""

from dataclasses import replace

import pytest
from django.test import Client
from tests.factories import actor_of, make_company, make_person

from pazar.events import ProcedureAwarded
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Mail, Message
from pazar.market.awards.commands import exclude, letters
from pazar.market.awards.tests.factories import Opened, make_opened
from pazar.market.bids.commands import opening, submit
from pazar.market.bids.tests.bidding import make_bid, make_submitted, pass_deadline, seal_bid
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.tests.factories import LOT, make_buyer, make_procedure

pytestmark = pytest.mark.django_db(transaction=True)


def make_firm(name: str, *languages: str):
    company = make_company(name)
    people = [make_person(company, Role.TENDER_MANAGER, language=language) for language in languages]
    return people, actor_of(people[0], company)


def sent() -> list[Message]:
    return [message for message in Message.objects.all() if message.kind == "award"]


def test_everybody_who_bid_is_told_once_in_his_language():
    english, first = make_firm("North & Sons", "en")
    bulgarian, second = make_firm("Кабел ООД", "bg", "en")
    bookkeeper = make_person(make_company("x"), Role.READER)
    case = make_opened("12.50", "11.999", bidders=[first, second])
    case.award()
    drain()
    told = {message.person_id: message for message in sent()}
    assert set(told) == {person.pk for person in (*english, *bulgarian)}
    assert bookkeeper.pk not in told

    lost = told[english[0].pk]
    assert lost.title.startswith("Your bid was not chosen: Доставка на кабели (")
    assert "Awarded to Кабел ООД for 5\xa0999.50\xa0EUR." in lost.text
    assert "Your price 6\xa0250.00\xa0EUR stood at place 2 of 2." in lost.text
    won = told[bulgarian[0].pk]
    assert won.title.startswith("Спечелихте: Доставка на кабели (")
    assert "5\xa0999,50\xa0€" in won.text
    assert "място 1 от 2" in won.text
    assert told[bulgarian[1].pk].title.startswith("You won: ")
    assert lost.path == f"/market/procedures/{case.procedure.pk}/?tab=award"
    assert sum(mail.message.kind == "award" for mail in Mail.objects.select_related("message")) == 3

    drain()
    letters.send_letters(event_of(case))
    assert len(sent()) == 3


def event_of(case) -> ProcedureAwarded:
    from pazar.events import BidOutcome
    from pazar.ground import clock

    return ProcedureAwarded(
        procedure_id=case.procedure.pk,
        reference=case.procedure.reference,
        title=case.procedure.title,
        awarded_at=clock.db_now(),
        outcomes=tuple(
            BidOutcome(bid_id=r.bid_id, company_id=b.company_id, won=False, amount=1, currency="EUR")
            for b, r in zip(case.bidders, case.receipts, strict=True)
        ),
    )


def test_whoever_was_set_aside_reads_why_and_others_dont():
    (out,), first = make_firm("Out", "en")
    (winner,), second = make_firm("In", "en")
    case = make_opened("11", "12", bidders=[first, second])
    exclude.set_aside(
        actor=case.buyer,
        procedure_id=case.procedure.pk,
        lot_id=case.lot.pk,
        bid_id=case.receipts[0].bid_id,
        reason="The guarantee {is} missing.",
    )
    case.award(reason="Only one bid was left.")
    drain()
    texts = {message.person_id: message.text for message in sent()}
    assert "Your bid was set aside: The guarantee {is} missing." in texts[out.pk]
    assert "guarantee" not in texts[winner.pk]
    assert all(text.endswith("The buyer's reasons: Only one bid was left.") for text in texts.values())
    assert "stood at place 1 of 1" in texts[winner.pk]


def test_a_lot_that_nobody_got_is_told_too():
    (person,), bidder = make_firm("Out", "en")
    case = make_opened("11", bidders=[bidder])
    exclude.set_aside(
        actor=case.buyer,
        procedure_id=case.procedure.pk,
        lot_id=case.lot.pk,
        bid_id=case.receipts[0].bid_id,
        reason="Not what was asked for.",
    )
    case.award()
    drain()
    (message,) = [one for one in sent() if one.person_id == person.pk]
    assert "Awarded to nobody." in message.text
    assert message.title.startswith("Your bid was not chosen")


def test_a_single_lot_without_a_title_is_called_by_the_procedures():
    (person,), bidder = make_firm("In", "en")
    case = make_opened("11", bidders=[bidder], lots=(replace(LOT, title=""),))
    case.award()
    drain()
    (message,) = [one for one in sent() if one.person_id == person.pk]
    assert message.text.startswith(f"Lot 1, {case.procedure.title}. Awarded to In for")
    page = Client().get(f"/market/procedures/{case.procedure.pk}/?tab=award").content.decode()
    assert f'<span lang="bg">{case.procedure.title}</span></h2>' in page


def test_a_lot_lost_by_a_fault_or_not_bid_on_is_explained_to_the_winner_of_another():
    (person,), winner = make_firm("In part", "en")
    (rival,), other = make_firm("Rival", "en")
    buyer = make_buyer()
    procedure = make_procedure(buyer, lots=tuple(replace(LOT, title=f"Part {number}") for number in (1, 2, 3)))
    _first, second, third = (str(lot.pk) for lot in procedures.lots(procedure.pk))

    def faulty(lot, kind, document):
        if lot == third:
            return None
        return {**document, "total": "1.00"} if (lot, kind) == (second, "price") else document

    _winner, bid = make_bid(procedure, winner, price="11")
    submit.submit_bid(actor=winner, bid_id=bid.pk, sealed=seal_bid(winner, bid.pk, write=faulty))
    make_submitted(procedure, other, price="12")
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    procedure.refresh_from_db()
    Opened(procedure, buyer, [], []).award()
    drain()
    told = {message.person_id: message for message in sent()}
    mine = told[person.pk]
    assert mine.title.startswith("You won 1 of 2 lots: ")
    first_of_all, one, two, three, vat = mine.text.split("\n\n")
    assert first_of_all == "Lots you won: 1. Lots you bid on and did not win: 2."
    assert vat == "All prices are without VAT."
    assert one.endswith("stood at place 1 of 2.")
    assert two.endswith("Your bid stands outside the ranking: The stated total isn't the sum of the prices.")
    assert three.endswith("You made no bid on it.")
    assert "outside the ranking" not in told[rival.pk].text
