"""The join, from a match to a deal won: by events alone, as the wiring has it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from tests.factories import actor_of, make_actor, make_company, make_person
from tests.sales import awarded, bid_of, happen, matched

from pazar import events
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.journal import export
from pazar.ground.outbox.models import Event
from pazar.sales.channels import commands as channels
from pazar.sales.channels import queries as leads
from pazar.sales.channels.models import Lead, Opportunity
from pazar.sales.channels.refusals import OpportunitySettled
from pazar.sales.customers import timeline
from pazar.sales.customers.models import Account, Touch
from pazar.sales.pipeline import commands
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.refusals import MoveRefused
from pazar.sales.pipeline.rules.stages import Hindrance, LostReason, Stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk():
    return make_company("Кабел Балкани АД")


@pytest.fixture
def manager(desk):
    return make_person(desk, Role.SALES_MANAGER, name="Мария Стоянова")


@pytest.fixture
def bidder(desk):
    return make_person(desk, Role.TENDER_MANAGER, name="Иво Петров")


@pytest.fixture
def event(desk):
    return matched(desk)


def only(model, company):
    with acting(CENTRE):
        return model.objects.select_related().get(company=company)


def kinds(company):
    with acting(CENTRE):
        return list(Touch.objects.filter(company=company).order_by("happened_at", "id").values_list("kind", flat=True))


def taken_up(event, manager, desk):
    happen(event)
    return channels.take_up(actor=actor_of(manager, desk), opportunity_id=only(Opportunity, desk).pk)


def test_a_match_taken_up_and_bid_for_is_won_with_the_price(desk, manager, bidder, event):
    lead = taken_up(event, manager, desk)
    assert (lead.channel, lead.manager_id) == ("internet", manager.pk)
    bid = bid_of(desk, bidder, event)
    happen(bid)
    deal = only(Deal, desk)
    assert (deal.stage, deal.lead_id, deal.amount, deal.manager_id) == (Stage.PROPOSAL, lead.pk, None, manager.pk)
    assert deal.account.number == event.buyer_number
    assert only(Lead, desk).state == Lead.State.BECAME_DEAL
    happen(awarded(bid, won=True))
    deal = only(Deal, desk)
    assert (deal.stage, deal.amount, deal.currency) == (Stage.WON, Decimal("98000"), "EUR")
    assert deal.ended_at is not None
    assert kinds(desk) == ["account_noted", "lead_taken", "bid_sent", "deal_won"]
    with acting(CENTRE):
        said = [timeline.said(t.kind, t.facts) for t in Touch.objects.all()]
    assert any("98\u00a0000\u00a0EUR" in sentence for sentence in said)


def test_a_bid_without_a_lead_makes_lead_and_deal_for_who_bid(desk, bidder, event):
    happen(event)
    happen(bid_of(desk, bidder, event))
    deal, lead = only(Deal, desk), only(Lead, desk)
    assert (deal.stage, deal.manager_id, lead.given_why) == (Stage.PROPOSAL, bidder.pk, "bidder")
    assert lead.opportunity_id == only(Opportunity, desk).pk
    assert only(Opportunity, desk).state == Opportunity.State.TAKEN
    assert deal.closes_at == event.closes_at


def test_a_bid_of_one_who_was_never_matched_makes_a_deal_too(desk, bidder, event):
    happen(bid_of(desk, bidder, event))
    assert only(Deal, desk).stage == Stage.PROPOSAL
    assert only(Lead, desk).opportunity_id is None
    happen(event)  # the match that comes late finds its lead there, and waits for nobody
    assert only(Opportunity, desk).state == Opportunity.State.TAKEN
    assert only(Lead, desk).opportunity_id == only(Opportunity, desk).pk
    with pytest.raises(OpportunitySettled):
        channels.take_up(actor=make_actor(company=desk), opportunity_id=only(Opportunity, desk).pk)


def test_a_loss_has_the_price_and_the_reason(desk, bidder, event):
    bid = bid_of(desk, bidder, event)
    happen(bid)
    happen(awarded(bid, won=False, amount="101000"))
    deal = only(Deal, desk)
    assert (deal.stage, deal.lost_reason, deal.amount) == (Stage.LOST, LostReason.NOT_AWARDED, Decimal("101000"))


@pytest.mark.parametrize("won", [True, False])
def test_every_handler_called_twice_does_it_once(desk, manager, bidder, event, won):
    taken_up(event, manager, desk)
    bid = bid_of(desk, bidder, event)
    award = awarded(bid, won=won)
    change = events.ProcedureChanged(
        procedure_id=event.procedure_id, version=2, title="Нов текст", closes_at=event.closes_at
    )
    acts = [
        (channels.note_opportunities, event),
        (channels.note_changed, change),
        (commands.note_changed, change),
        (commands.note_bid, bid),
        (commands.note_outcome, award),
    ]
    for act, happened in acts:
        act(happened)
        before = kinds(desk)
        act(happened)
        assert kinds(desk) == before
    with acting(CENTRE):
        counts = [model.objects.count() for model in (Opportunity, Lead, Deal, Account)]
    assert counts == [1, 1, 1, 1]


def test_a_withdrawn_bid_leaves_the_deal_open_and_another_brings_it_back(desk, bidder, event):
    bid = bid_of(desk, bidder, event)
    happen(bid)
    gone = events.BidWithdrawn(
        bid_id=bid.bid_id, company_id=desk.pk, procedure_id=event.procedure_id, withdrawn_at=bid.submitted_at
    )
    happen(gone)
    deal = only(Deal, desk)
    assert (deal.stage, deal.bid_id) == (Stage.QUALIFIED, None)
    happen(bid)
    assert only(Deal, desk).stage == Stage.PROPOSAL
    assert kinds(desk).count("bid_sent") == 2


def test_each_submission_stands_in_the_time_line_and_the_last_counts(desk, bidder, event):
    first = bid_of(desk, bidder, event)
    second = replace(first, number=2, submitted_at=first.submitted_at + timedelta(hours=1))
    for bid in (first, second, second, first):
        commands.note_bid(bid)
    deal = only(Deal, desk)
    assert (deal.stage, deal.bid_number, deal.bid_sent_at) == (Stage.PROPOSAL, 2, second.submitted_at)
    with acting(CENTRE):
        sent = Touch.objects.filter(company=desk, kind="bid_sent").order_by("happened_at", "id")
        said = [timeline.said(touch.kind, touch.facts) for touch in sent]
    assert len(said) == 2
    assert "submission" not in said[0]
    assert "submission 2" in said[1]


def test_a_procedure_given_up_ends_deals_leads_and_what_waits(desk, bidder, event):
    waiting, other = make_company(), make_company()
    happen(matched(waiting, other, procedure_id=event.procedure_id))
    channels.take_up(actor=make_actor(company=other), opportunity_id=only(Opportunity, other).pk)
    happen(bid_of(desk, bidder, event))
    happen(events.ProcedureCancelled(procedure_id=event.procedure_id, title=event.title, reason="Няма средства"))
    deal = only(Deal, desk)
    assert (deal.stage, deal.lost_reason, deal.lost_note) == (Stage.LOST, LostReason.CANCELLED, "Няма средства")
    assert only(Opportunity, waiting).state == Opportunity.State.ENDED
    assert (only(Lead, other).state, only(Lead, other).ended_why) == (Lead.State.DROPPED, "Няма средства")


def test_a_change_moves_title_and_deadline_in_every_desk(desk, bidder, event):
    other = make_company()
    happen(matched(desk, other, procedure_id=event.procedure_id))
    happen(bid_of(desk, bidder, event))
    later = event.closes_at + timedelta(days=5)
    happen(
        events.ProcedureChanged(
            procedure_id=event.procedure_id,
            version=2,
            title="Доставка на кабели НН и СН",
            closes_at=later,
            value_amount=Decimal("150000"),
            currency="EUR",
        )
    )
    deal, opportunity = only(Deal, desk), only(Opportunity, other)
    assert (deal.closes_at, deal.title) == (later, "Доставка на кабели НН и СН")
    assert (opportunity.closes_at, opportunity.value_amount) == (later, Decimal("150000"))
    assert "procedure_changed" in kinds(desk)
    assert kinds(other) == []


def test_while_the_bid_lies_in_the_box_nobody_moves_its_deal(desk, bidder, event):
    director = make_actor(Role.SALES_DIRECTOR, company=desk)
    happen(bid_of(desk, bidder, event))
    for stage in (Stage.WON, Stage.NEGOTIATION):
        with pytest.raises(MoveRefused) as refused:
            commands.move_deal(actor=director, deal_id=only(Deal, desk).pk, stage=stage)
        assert refused.value.hindrance == Hindrance.BID_DECIDES
    with pytest.raises(MoveRefused):
        commands.close_lost(actor=director, deal_id=only(Deal, desk).pk, reason=LostReason.PRICE)
    assert only(Deal, desk).stage == Stage.PROPOSAL


def test_an_award_ends_each_bidders_deal_and_no_others(desk, bidder, event):
    rival, watcher = make_company(), make_company()
    rivals = make_person(rival, Role.TENDER_MANAGER)
    watching = make_actor(company=watcher)
    happen(matched(desk, rival, watcher, procedure_id=event.procedure_id))
    lead = channels.take_up(actor=watching, opportunity_id=only(Opportunity, watcher).pk)
    commands.make_deal(actor=watching, lead_id=lead.pk)
    ours, theirs = bid_of(desk, bidder, event), bid_of(rival, rivals, event)
    happen(ours, theirs)
    both = awarded(ours, won=True).outcomes + awarded(theirs, won=False, amount="99000").outcomes
    award = awarded(ours, won=True)
    happen(
        events.ProcedureAwarded(
            procedure_id=award.procedure_id,
            reference=award.reference,
            title=award.title,
            awarded_at=award.awarded_at,
            outcomes=both,
        )
    )
    assert only(Deal, desk).stage == Stage.WON
    assert only(Deal, rival).stage == Stage.LOST
    assert only(Deal, watcher).stage == Stage.NEW


def test_no_stored_event_or_open_journal_line_says_who_has_a_deal(desk, manager, bidder, event):
    taken_up(event, manager, desk)
    before = Event.objects.count()
    happen(bid_of(desk, bidder, event))
    # The bid's own event is the market's; the desk adds none.
    assert Event.objects.count() == before + 1
    out = StringIO()
    export.write(out)
    lines = out.getvalue().splitlines()[1:]
    assert lines
    assert all('"secret": true' in line for line in lines)


def test_anothers_desk_shows_nothing_even_to_a_query_that_forgot_to_ask(desk, manager, bidder, event):
    taken_up(event, manager, desk)
    happen(bid_of(desk, bidder, event))
    models = (Opportunity, Lead, Account, Touch, Deal)
    with acting(make_actor()):
        assert [model.objects.count() for model in models] == [0, 0, 0, 0, 0]
        assert Deal.objects.update(title="mine") == 0
    assert [model.objects.count() for model in models] == [0, 0, 0, 0, 0]  # and to nobody at all
    with acting(actor_of(manager, desk)):
        assert [model.objects.count() for model in models] == [1, 1, 1, 3, 1]


def test_an_outcome_before_its_deal_is_tried_again(desk, bidder, event):
    with pytest.raises(LookupError):
        commands.note_outcome(awarded(bid_of(desk, bidder, event), won=True))


def test_the_leads_reads_are_the_actors_own(desk, manager, event):
    lead = taken_up(event, manager, desk)
    stranger = make_actor()
    with acting(stranger):
        assert not leads.open_leads(stranger).filter(pk=lead.pk).exists()
