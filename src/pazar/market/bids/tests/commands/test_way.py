"""The way of a bid: draft, seal, submit, replace, withdraw, close, open; and every refusal on it."""

import json
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from tests.factories import make_actor

from pazar.ground import clock, sealing
from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.drain import drain
from pazar.ground.journal.models import Disclosure, Entry, Payload
from pazar.ground.messages.models import Message
from pazar.market.bids import queries
from pazar.market.bids.commands import close, drafts, opening, sealing_keys, submit, withdraw
from pazar.market.bids.commands.opening import Handed
from pazar.market.bids.models import Bid, Envelope, OpenedEnvelope, Submission
from pazar.market.bids.refusals import (
    BidNotReady,
    BidReplaced,
    BidTooLate,
    BoxDisagrees,
    EnvelopesRefused,
    NothingSubmitted,
    NotOpenForBids,
    NotTheHolder,
    NotToBeOpened,
    NotYetClosed,
    OwnProcedure,
    SecondTryWanted,
    ShareFalse,
    SharesMissing,
    VersionNotConfirmed,
)
from pazar.market.bids.rules import box as boxes
from pazar.market.bids.rules import envelope, holders, xwing
from pazar.market.bids.rules import opening as openings
from pazar.market.bids.rules.envelope import Reason
from pazar.market.bids.rules.manifest import SealedBid
from pazar.market.bids.tests.bidding import (
    make_bid,
    make_bidder,
    make_submitted,
    make_typed,
    pass_deadline,
    seal_bid,
)
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands import cancel
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import make_buyer, make_draft, make_procedure

pytestmark = pytest.mark.django_db


def entries(kind):
    found = [json.loads(bytes(one)) for one in Payload.objects.order_by("entry_id").values_list("content", flat=True)]
    return [entry["facts"] for entry in found if entry["kind"] == kind]


def opened(procedure):
    with acting(CENTRE):
        return queries.opened_bids(procedure.pk)


def test_a_box_is_made_with_the_publication_and_its_holders_are_signed():
    procedure = make_procedure()
    signed = queries.holders_of(queries.box(procedure.pk))
    assert [holder.id for holder in signed.holders.holders] == ["server"]
    assert signed.holders.server_alone_opens
    assert signed.holders.procedure == procedure.pk


def test_a_bid_goes_the_whole_way():
    procedure = make_procedure(buyer := make_buyer())
    first, receipt = make_submitted(procedure, price="12.50")
    make_submitted(procedure, price="11.999")
    pass_deadline(procedure)
    assert clockwork.run_due() == 1
    box = queries.box(procedure.pk)
    assert box.closed_at is not None and box.digest is not None and box.salt is None
    opening.open_box(actor=buyer, procedure_id=procedure.pk)

    with acting(buyer):
        found = queries.opened_bids(procedure.pk)
    assert found[0].company_name == first.company_name
    assert [[lot.total for lot in bid.lots] for bid in found] == [[Decimal("6250.00")], [Decimal("5999.50")]]
    assert found[0].digest == receipt.digest
    assert found[0].lots[0].technical["delivery_days"] == 14
    procedure.refresh_from_db()
    assert procedure.state == Procedure.State.OPENED
    box = queries.box(procedure.pk)
    digests = [bytes.fromhex(bid.digest) for bid in found]
    assert boxes.digest(procedure=procedure.pk, bid_digests=digests, salt=bytes(box.salt)) == bytes(box.digest)


def test_anybody_reads_an_opened_envelope_with_its_published_key():
    procedure = make_procedure(buyer := make_buyer())
    make_submitted(procedure)
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    with acting(buyer):
        row = OpenedEnvelope.objects.select_related("envelope").get(envelope__kind="price")
    read = envelope.parse(bytes(row.envelope.content))
    assert b'"unit_price":"12.5"' in openings.read_with_key(read, content_key=bytes(row.content_key))


def test_a_draft_comes_back_as_it_was_typed():
    procedure = make_procedure()
    bidder, bid = make_bid(procedure, price="1,234.5")
    draft = drafts.read_draft(actor=bidder, bid_id=bid.pk)
    (lot,) = draft.lots.values()
    assert list(lot.prices.values()) == ["1234.5"]
    assert lot.offer == "Кабел по БДС, на барабани."
    assert draft.valid_days == "60"


def test_a_draft_keeps_what_cant_be_read_and_says_so():
    procedure = make_procedure()
    bidder, bid = make_bid(procedure)
    saved = drafts.save_draft(actor=bidder, bid_id=bid.pk, draft=make_typed(procedure, price="twelve"))
    assert [item.code for item in saved.readiness.items if item.state == "no"] == ["price_unread"]
    (lot,) = drafts.read_draft(actor=bidder, bid_id=bid.pk).lots.values()
    assert list(lot.unread.values()) == ["twelve"]
    with acting(bidder), pytest.raises(BidNotReady) as refused:
        queries.to_seal(bidder, bid.pk, moment=clock.db_now())
    assert refused.value.breaches == [
        "A price in lot 1 can't be read. Write it with digits, at most four of them after the decimal sign. "
        "If three of them stand there, add a nought: 41.2380, not 41.238."
    ]


def test_opening_a_draft_twice_gives_one_bid():
    procedure = make_procedure()
    bidder, bid = make_bid(procedure)
    assert drafts.open_draft(actor=bidder, procedure_id=procedure.pk).pk == bid.pk


def test_the_buyer_doesnt_bid_on_his_own_procedure():
    procedure = make_procedure(buyer := make_buyer())
    owner = make_actor(Role.OWNER, company=procedure.buyer)
    with pytest.raises(OwnProcedure):
        drafts.open_draft(actor=owner, procedure_id=procedure.pk)
    with pytest.raises(NotAllowed):
        drafts.open_draft(actor=buyer, procedure_id=procedure.pk)


def test_a_reader_neither_prepares_nor_submits():
    procedure = make_procedure()
    reader = make_bidder(Role.READER)
    with pytest.raises(NotAllowed):
        drafts.open_draft(actor=reader, procedure_id=procedure.pk)


def test_nobody_bids_on_a_draft_a_cancelled_or_an_outside_procedure():
    draft = make_draft()
    with pytest.raises(NotFound):
        drafts.open_draft(actor=make_bidder(), procedure_id=draft.pk)
    procedure = make_procedure(buyer := make_buyer())
    bidder, bid = make_bid(procedure)
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="Отпадна нуждата.")
    with pytest.raises(NotOpenForBids):
        drafts.save_draft(actor=bidder, bid_id=bid.pk, draft=make_typed(procedure))
    outside = Procedure.objects.create(
        origin="outside",
        state="published",
        title="Outside",
        source="t",
        source_id="1",
        currency="EUR",
        closes_at=clock.db_now() + timedelta(days=3),
    )
    with pytest.raises(NotOpenForBids):
        drafts.open_draft(actor=make_bidder(), procedure_id=outside.pk)


def test_the_same_again_returns_the_first_receipt_also_after_the_deadline():
    procedure = make_procedure()
    bidder, bid = make_bid(procedure)
    sealed = seal_bid(bidder, bid.pk)
    first = submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=sealed)
    assert submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=sealed) == first
    pass_deadline(procedure)
    assert submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=sealed) == first
    with acting(bidder):
        assert Submission.objects.count() == 1


def test_a_later_bid_replaces_the_earlier_which_then_counts_no_more():
    procedure = make_procedure(buyer := make_buyer())
    bidder, bid = make_bid(procedure)
    early = seal_bid(bidder, bid.pk)
    submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=early)
    _bidder, second = make_submitted(procedure, bidder, price="9")
    assert second.number == 2
    with pytest.raises(BidReplaced):
        submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=early)
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert [[lot.total for lot in one.lots] for one in opened(procedure)] == [[Decimal("4500.00")]]
    with acting(CENTRE):
        assert OpenedEnvelope.objects.count() == 2
        assert Envelope.objects.count() == 4


def test_a_late_bid_is_refused_with_both_times():
    procedure = make_procedure()
    bidder, bid = make_bid(procedure)
    sealed = seal_bid(bidder, bid.pk)
    pass_deadline(procedure)
    with pytest.raises(BidTooLate) as refused:
        submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=sealed)
    assert refused.value.moment >= refused.value.closes_at == procedure.closes_at
    from pazar.ground.ui import formats

    assert formats.moment(refused.value.moment, seconds=True) in str(refused.value)
    assert formats.moment(refused.value.closes_at, seconds=True) in str(refused.value)
    with pytest.raises(BidTooLate):
        withdraw.withdraw_bid(actor=bidder, bid_id=bid.pk)


def test_the_database_itself_refuses_a_late_submission():
    from django.db import IntegrityError, transaction

    procedure = make_procedure()
    bidder, bid = make_bid(procedure)
    with acting(bidder), pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(
            bid=bid,
            company_id=bid.company_id,
            buyer_id=bid.buyer_id,
            number=1,
            procedure_version=1,
            manifest=b"{}",
            digest=b"0",
            received_at=procedure.closes_at,
            submitted_by_id=bidder.person_id,
        )


def test_a_withdrawn_bid_stays_shut():
    procedure = make_procedure(buyer := make_buyer())
    bidder, receipt = make_submitted(procedure)
    make_submitted(procedure, price="10")
    withdraw.withdraw_bid(actor=bidder, bid_id=receipt.bid_id)
    withdraw.withdraw_bid(actor=bidder, bid_id=receipt.bid_id)
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert [bid.bid_id for bid in opened(procedure)] != [receipt.bid_id]
    assert len(opened(procedure)) == 1
    with acting(CENTRE):
        assert not OpenedEnvelope.objects.filter(envelope__submission__bid_id=receipt.bid_id).exists()


def test_there_is_nothing_to_withdraw_before_something_was_put_in():
    bidder, bid = make_bid(make_procedure())
    with pytest.raises(NothingSubmitted):
        withdraw.withdraw_bid(actor=bidder, bid_id=bid.pk)


def test_after_a_withdrawal_a_new_bid_may_be_put_in():
    procedure = make_procedure(buyer := make_buyer())
    bidder, receipt = make_submitted(procedure)
    withdraw.withdraw_bid(actor=bidder, bid_id=receipt.bid_id)
    _bidder, again = make_submitted(procedure, bidder, price="8")
    assert again.number == 2 and again.counts
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert [bid.digest for bid in opened(procedure)] == [again.digest]


def test_an_envelope_of_another_bid_is_refused():
    procedure = make_procedure()
    one, bid = make_bid(procedure)
    other, others = make_bid(procedure)
    with pytest.raises(EnvelopesRefused) as refused:
        submit.submit_bid(actor=other, bid_id=others.pk, sealed=seal_bid(one, bid.pk))
    assert {breach.reason for breach in refused.value.broken} == {Reason.OTHER_BIDDER, Reason.OTHER_BID}


def test_an_envelope_sealed_for_another_procedure_is_refused():
    first, second = make_procedure(), make_procedure()
    bidder, bid = make_bid(first)
    _bidder, other = make_bid(second, bidder)
    with pytest.raises(EnvelopesRefused) as refused:
        submit.submit_bid(actor=bidder, bid_id=other.pk, sealed=seal_bid(bidder, bid.pk))
    assert Reason.OTHER_PROCEDURE in {breach.reason for breach in refused.value.broken}


def test_a_lot_without_its_technical_envelope_is_refused():
    from pazar.market.bids.rules import canonical

    procedure = make_procedure()
    bidder, bid = make_bid(procedure)
    sealed = seal_bid(bidder, bid.pk)
    document = canonical.decode(sealed.manifest)
    document["envelopes"] = [one for one in document["envelopes"] if one["kind"] == "price"]
    lame = SealedBid(manifest=canonical.encode(document), envelopes=sealed.envelopes[:1])
    with pytest.raises(EnvelopesRefused) as refused:
        submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=lame)
    assert [breach.reason for breach in refused.value.broken] == [Reason.ENVELOPE_MISSING]


def test_a_changed_procedure_wants_the_bid_confirmed_and_sealed_anew():
    from dataclasses import replace

    from pazar.market.procedures.commands import change

    procedure = make_procedure(buyer := make_buyer())
    bidder, bid = make_bid(procedure)
    sealed = seal_bid(bidder, bid.pk)
    facts = replace(procedures.facts(procedure), description="За ремонт на цех 3.")
    change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason="Друг цех.")
    with pytest.raises(VersionNotConfirmed):
        submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=sealed)
    drafts.confirm_version(actor=bidder, bid_id=bid.pk, version=1)
    with acting(bidder), pytest.raises(BidNotReady):
        queries.to_seal(bidder, bid.pk, moment=clock.db_now())
    drafts.confirm_version(actor=bidder, bid_id=bid.pk, version=2)
    with pytest.raises(EnvelopesRefused):
        submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=sealed)
    assert submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk)).version == 2


@pytest.mark.parametrize(
    ("more", "fault", "has_total"), [(Decimal(0), "", True), (Decimal(200), "content_earlier_version", False)]
)
def test_a_bid_is_read_by_the_version_it_was_sealed_for(more, fault, has_total):
    from dataclasses import replace

    from pazar.market.procedures.commands import change

    procedure = make_procedure(buyer := make_buyer())
    make_submitted(procedure)
    facts = procedures.facts(procedure)
    first = facts.lots[0]
    item = replace(first.items[0], quantity=first.items[0].quantity + more)
    lots = (replace(first, items=(item, *first.items[1:])), *facts.lots[1:])
    facts = replace(facts, description="За ремонт на цех 3.", lots=lots)
    change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason="Друг цех.")
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    with acting(buyer):
        lot = queries.opened_bids(procedure.pk)[0].lots[0]
        kept = OpenedEnvelope.objects.filter(envelope__lot_id=first.id, envelope__kind="price").get().content
    assert (lot.fault, lot.total is not None) == (fault, has_total)
    assert kept["total"]


@pytest.mark.parametrize("column", ["digest", "closed_at"])
def test_what_was_written_of_a_box_stays(column):
    from django.db import DatabaseError, transaction

    from pazar.market.bids.models import Box

    procedure = make_procedure()
    pass_deadline(procedure)
    close.close_box(procedure.pk)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Box.objects.filter(pk=procedure.pk).update(**{column: None})
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Box.objects.filter(pk=procedure.pk).update(holders=b"")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Box.objects.filter(pk=procedure.pk)._raw_delete("default")
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        Procedure.objects.filter(pk=procedure.pk).update(closes_at=clock.db_now() + timedelta(days=3))


def refuses(model, why, **changes):
    from django.db import DatabaseError, transaction

    for column, value in changes.items():
        with acting(CENTRE), pytest.raises(DatabaseError, match=why), transaction.atomic():
            assert model.objects.update(**{column: value}), "there was a row to change"


def test_the_database_keeps_what_lies_in_a_shut_box():
    """Against somebody's SQL as the app: no bid is lost, given back an earlier submission, or made another's."""
    procedure = make_procedure()
    bidder, receipt = make_submitted(procedure)
    refuses(Bid, "permission denied", company_id=procedure.buyer_id, procedure_id=uuid4(), buyer_id=uuid4())
    submit.submit_bid(actor=bidder, bid_id=receipt.bid_id, sealed=seal_bid(bidder, receipt.bid_id))
    pass_deadline(procedure)
    close.close_box(procedure.pk)
    refuses(Bid, "the box is shut", state="withdrawn", current=receipt.submission_id, withdrawn_at=clock.db_now())
    refuses(Procedure, "does not go back", state="published", buyer_id=None, origin="outside")
    refuses(Submission, "permission denied", received_at=clock.db_now())
    refuses(Envelope, "permission denied", content=b"")


def test_a_box_that_holds_something_else_than_at_its_end_is_not_opened(monkeypatch):
    """Its digest was published then: what is opened is what was in it, or nothing."""
    procedure = make_procedure(buyer := make_buyer())
    for _bidder in range(2):
        make_submitted(procedure)
    pass_deadline(procedure)
    close.close_box(procedure.pk)
    there = queries.in_the_box
    with monkeypatch.context() as patched:
        patched.setattr(queries, "in_the_box", lambda procedure_id: there(procedure_id)[1:])
        with pytest.raises(BoxDisagrees):
            opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert not OpenedEnvelope.objects.exists()
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert len(opened(procedure)) == 2


def test_a_foreign_bid_is_not_found():
    procedure = make_procedure(buyer := make_buyer())
    bidder, receipt = make_submitted(procedure)
    for other in (make_bidder(), buyer):
        with pytest.raises(NotFound):
            drafts.read_draft(actor=other, bid_id=receipt.bid_id)
        with pytest.raises(NotFound):
            drafts.save_draft(actor=other, bid_id=receipt.bid_id, draft=make_typed(procedure))
        with pytest.raises(NotFound):
            withdraw.withdraw_bid(actor=other, bid_id=receipt.bid_id)
        with pytest.raises(NotFound):
            submit.submit_bid(actor=other, bid_id=receipt.bid_id, sealed=seal_bid(bidder, receipt.bid_id))
    with pytest.raises(NotFound):
        drafts.read_draft(actor=bidder, bid_id=uuid4())


def test_row_security_hides_a_bid_from_the_raw_orm():
    procedure = make_procedure(buyer := make_buyer())
    bidder, _receipt = make_submitted(procedure)
    for other, seen in ((bidder, True), (buyer, False), (make_bidder(), False)):
        with acting(other):
            counts = [kind.objects.count() for kind in (Bid, Submission, Envelope)]
            assert counts == ([1, 1, 2] if seen else [0, 0, 0])
    assert Bid.objects.count() == 0, "without an actor nothing is seen"
    pass_deadline(procedure)
    close.close_box(procedure.pk)
    with acting(buyer):
        assert Bid.objects.count() == 0, "nor after the deadline, before the opening"
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    with acting(buyer):
        assert [kind.objects.count() for kind in (Bid, Submission, Envelope, OpenedEnvelope)] == [1, 1, 2, 2]
    with acting(make_bidder()):
        assert OpenedEnvelope.objects.count() == 0


def test_a_box_isnt_closed_before_its_end_and_closing_twice_changes_nothing():
    procedure = make_procedure()
    make_submitted(procedure)
    close.close_box(procedure.pk)
    assert queries.box(procedure.pk).closed_at is None
    pass_deadline(procedure)
    close.close_box(procedure.pk)
    box = queries.box(procedure.pk)
    close.close_box(procedure.pk)
    assert bytes(queries.box(procedure.pk).digest) == bytes(box.digest)


def test_bids_arent_opened_before_the_end_nor_by_others():
    procedure = make_procedure(buyer := make_buyer())
    make_submitted(procedure)
    with pytest.raises(NotYetClosed):
        opening.open_box(actor=buyer, procedure_id=procedure.pk)
    pass_deadline(procedure)
    with pytest.raises(NotFound):
        opening.open_box(actor=make_buyer(), procedure_id=procedure.pk)
    with pytest.raises(NotAllowed):
        opening.open_box(actor=make_actor(Role.READER, company=procedure.buyer), procedure_id=procedure.pk)
    assert opening.open_box(actor=buyer, procedure_id=procedure.pk).opened_at is not None
    first = queries.box(procedure.pk).opened_at
    assert opening.open_box(actor=buyer, procedure_id=procedure.pk).opened_at == first


def test_the_box_of_a_cancelled_procedure_stays_shut():
    procedure = make_procedure(buyer := make_buyer())
    make_submitted(procedure)
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="Отпадна нуждата.")
    pass_deadline(procedure)
    close.close_box(procedure.pk)
    with pytest.raises(NotToBeOpened):
        opening.open_box(actor=buyer, procedure_id=procedure.pk)


def test_an_empty_box_opens_too():
    procedure = make_procedure(buyer := make_buyer())
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert opened(procedure) == []


def test_the_journal_keeps_bids_secret_until_the_opening():
    procedure = make_procedure(buyer := make_buyer())
    _bidder, receipt = make_submitted(procedure)
    _other, begun = make_bid(procedure)
    key, never = (sealing.token(f"bid:{bid_id}") for bid_id in (receipt.bid_id, begun.pk))
    assert Entry.objects.filter(secret_key=key).count() == 2
    assert not Disclosure.objects.filter(secret_key=key).exists()
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert Disclosure.objects.filter(secret_key=key).exists()
    assert not Disclosure.objects.filter(secret_key=never).exists(), "a draft stays its company's secret"


def test_a_bid_with_another_total_is_opened_with_its_fault_and_stops_no_other():
    import os

    from pazar.market.bids.rules import canonical, seal
    from pazar.market.bids.rules.manifest import Place

    procedure = make_procedure(buyer := make_buyer())
    make_submitted(procedure)
    liar, bid = make_bid(procedure)
    with acting(liar):
        asked = queries.to_seal(liar, bid.pk, moment=clock.db_now())
    contents = [
        seal.Content(Place(lot, kind), canonical.encode({**doc, "total": "1.00"} if kind == "price" else doc))
        for lot, kind, doc in asked.contents
    ]
    sealed = seal.seal_bid(
        procedure=procedure.pk,
        version=1,
        bidder=asked.company_id,
        bid=bid.pk,
        contents=contents,
        random=os.urandom,
        holders=holders.read(asked.holders, centre_key=asked.centre_key).holders,
    )
    submit.submit_bid(actor=liar, bid_id=bid.pk, sealed=sealed)
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert [(one.lots[0].fault, one.lots[0].total) for one in opened(procedure)] == [
        ("", Decimal("6250.00")),
        ("content_total_wrong", None),
    ]


def test_my_bids_go_on_where_the_page_before_ended():
    bidder = make_bidder()
    made = [make_bid(make_procedure(), bidder)[1].pk for _ in range(5)]
    with acting(bidder):
        found, before = [], None
        while rows := queries.my_bids(bidder, before=before, limit=2):
            found += [bid.pk for bid in rows]
            before = rows[-1].pk
    assert found == made[::-1]


# --- server and a person --------------------------------------------------------------------
def two_holders():
    """A procedure under two keys, its buyer, and the person's private key."""
    buyer = make_buyer()
    key = xwing.PrivateKey(b"\x07" * 32)
    sealing_keys.enrol_key(actor=buyer, public_key=key.public_bytes)
    procedure = make_procedure(buyer, seal="server_and_person", seal_person_id=buyer.person_id)
    return procedure, buyer, key


def released(buyer, procedure, key):
    """What the holder's browser answers."""
    from pazar.market.bids.rules import canonical

    answers = {}
    for asked in opening.ask_shares(actor=buyer, procedure_id=procedure.pk):
        with acting(CENTRE):
            row = Envelope.objects.get(pk=asked.envelope_id)
        holder = canonical.decode(asked.document)["holder"]
        release = openings.release(envelope.parse(bytes(row.content)), holder=holder, key=key)
        answers[asked.envelope_id] = openings.write_release(release)
    return answers


def test_two_holders_open_together_and_neither_alone():
    procedure, buyer, key = two_holders()
    make_submitted(procedure)
    listed = queries.holders_of(queries.box(procedure.pk)).holders
    assert listed.threshold == 2 and not listed.server_alone_opens
    with pytest.raises(NotYetClosed):
        opening.ask_shares(actor=buyer, procedure_id=procedure.pk)
    pass_deadline(procedure)
    with pytest.raises(SharesMissing) as refused:
        opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert buyer.person_name in str(refused.value)
    shares = released(buyer, procedure, key)
    assert opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares=shares) == Handed(taken=2, again=0)
    assert opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares=shares) == Handed(taken=0, again=0)
    assert opening.ask_shares(actor=buyer, procedure_id=procedure.pk) == []
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert [one.lots[0].total for one in opened(procedure)] == [Decimal("6250.00")]


def test_a_colleague_without_the_key_releases_nothing():
    procedure, _buyer, _key = two_holders()
    make_submitted(procedure)
    pass_deadline(procedure)
    colleague = make_actor(Role.BUYER, company=procedure.buyer)
    with pytest.raises(NotTheHolder):
        opening.ask_shares(actor=colleague, procedure_id=procedure.pk)
    with pytest.raises(NotTheHolder):
        opening.release_shares(actor=colleague, procedure_id=procedure.pk, shares={})


def test_a_false_share_names_its_holder():
    from pazar.market.bids.rules import canonical

    procedure, buyer, key = two_holders()
    make_submitted(procedure)
    pass_deadline(procedure)
    shares = released(buyer, procedure, key)
    envelope_id, document = next(iter(shares.items()))
    false = {**canonical.decode(document), "salt": "00" * 32}
    with pytest.raises(ShareFalse) as refused:
        opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares={envelope_id: canonical.encode(false)})
    assert buyer.person_name in str(refused.value)


def test_a_share_that_cant_be_opened_leaves_its_envelope_shut_and_opens_the_others():
    procedure, buyer, key = two_holders()
    make_submitted(procedure)
    pass_deadline(procedure)
    shares = released(buyer, procedure, key)
    with acting(CENTRE):
        technical = Envelope.objects.get(kind="technical")
    true_share = shares[technical.pk]
    shares[technical.pk] = opening.CANNOT_OPEN
    handed = opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares=shares)
    assert handed == Handed(taken=2, again=1)
    # Once said, it may be a mistake: it is asked for again, and nothing opens before.
    with pytest.raises(SecondTryWanted) as refused:
        opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert buyer.person_name in str(refused.value)
    again = opening.ask_shares(actor=buyer, procedure_id=procedure.pk)
    assert [one.envelope_id for one in again] == [technical.pk]
    assert opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares=shares) == Handed(taken=1, again=0)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    with acting(CENTRE):
        found = dict(OpenedEnvelope.objects.values_list("envelope__kind", "fault"))
    assert found == {"technical": "too_few_shares", "price": ""}
    assert true_share, "he could have"


def test_what_a_holder_could_not_open_is_named_to_its_bidder_in_the_record_and_in_the_journal():
    procedure, buyer, key = two_holders()
    bidder, _receipt = make_submitted(procedure)
    make_submitted(procedure)
    pass_deadline(procedure)
    with acting(CENTRE):
        shut = Envelope.objects.get(kind="price", company_id=bidder.company_id)
    digest = bytes(shut.digest).hex()
    sealed = openings.sealed_share_digest(envelope.parse(bytes(shut.content)), holder=f"person-{buyer.person_id}")
    shares = {**released(buyer, procedure, key), shut.pk: opening.CANNOT_OPEN}
    for _try in range(3):
        opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares=shares)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    drain()

    said = [entry["not_openable"] for entry in entries("box.shares-released")]
    mark = {"holder": f"person-{buyer.person_id}", "envelope": digest, "sealed_share": sealed}
    assert said == [[mark], [mark]], "the third time says nothing new"
    (opened_entry,) = entries("box.opened")
    assert opened_entry["not_openable"] == [{**mark, "name": buyer.person_name}]

    with acting(bidder):
        record = queries.record(bidder, procedures.procedure_for(bidder, procedure.pk))
    told = {one["digest"]: one for bid in record["bids"] for one in bid["envelopes"]}
    assert told[digest]["shares"] == []
    assert told[digest]["not_opened_by"] == [{"holder": mark["holder"], "sealed_share": sealed}]
    assert all(one["shares"] and not one["not_opened_by"] for other, one in told.items() if other != digest)
    messages = [one.text for one in Message.objects.filter(person_id=bidder.person_id)]
    assert [buyer.person_name in text for text in messages].count(True) == 1
    others = [one.text for one in Message.objects.exclude(person_id=bidder.person_id)]
    assert not any(buyer.person_name in text for text in others)


def test_the_second_time_a_share_may_open_after_all():
    procedure, buyer, key = two_holders()
    make_submitted(procedure)
    pass_deadline(procedure)
    shares = released(buyer, procedure, key)
    opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares=dict.fromkeys(shares, opening.CANNOT_OPEN))
    assert opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares=shares) == Handed(taken=2, again=0)
    # Having given it he can't take it back.
    no = dict.fromkeys(shares, opening.CANNOT_OPEN)
    assert opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares=no) == Handed(taken=0, again=0)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert [one.lots[0].total for one in opened(procedure)] == [Decimal("6250.00")]


def test_a_late_bid_is_not_dated_back():
    """By somebody's SQL as the app, in the second before the clockwork shuts the box."""
    from django.db import DatabaseError, transaction

    procedure = make_procedure()
    _bidder, receipt = make_submitted(procedure)
    pass_deadline(procedure)
    with acting(CENTRE):
        row = Submission.objects.get(bid_id=receipt.bid_id)
        for moment in (procedure.closes_at - timedelta(minutes=5), clock.db_now() + timedelta(seconds=5)):
            late = {"number": 2, "digest": b"1" * 32, "received_at": moment}
            fields = [f.attname for f in Submission._meta.concrete_fields if f.attname not in ("id", *late)]
            with pytest.raises(DatabaseError, match=r"dated|closed"), transaction.atomic():
                Submission.objects.create(**late, **{name: getattr(row, name) for name in fields})


def test_a_new_key_leaves_earlier_boxes_to_the_earlier_key():
    procedure, buyer, key = two_holders()
    sealing_keys.enrol_key(actor=buyer, public_key=xwing.PrivateKey(b"\x08" * 32).public_bytes)
    make_submitted(procedure)
    pass_deadline(procedure)
    opening.release_shares(actor=buyer, procedure_id=procedure.pk, shares=released(buyer, procedure, key))
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert [one.lots[0].fault for one in opened(procedure)] == [""]
