from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories import make_actor

from pazar import events
from pazar.ground import clock
from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.models import DueAct
from pazar.ground.outbox.models import Event
from pazar.market.procedures import queries
from pazar.market.procedures.commands import cancel, change, states
from pazar.market.procedures.models import PendingChange, Procedure, Version
from pazar.market.procedures.refusals import NothingChanged, NotNow, ReasonMissing, RegimeBroken, StillDraft
from pazar.market.procedures.tests.factories import LOT, make_buyer, make_draft, make_facts, make_procedure, pass_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer():
    return make_buyer()


@pytest.fixture
def procedure(buyer):
    return make_procedure(buyer)


def told(kind):
    return Event.objects.filter(kind=kind.__name__).count()


def changed(procedure, **said):
    return replace(queries.facts(procedure), **said)


def test_a_change_makes_a_version_with_its_reason_and_leaves_a_far_end_alone(buyer, procedure):
    facts = changed(procedure, title="Доставка на кабели и муфти")
    done = change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason="Пропуснати муфти.")
    assert (done.version, done.state, done.closes_at) == (2, "published", procedure.closes_at)
    newest, first = queries.version_list(procedure.pk)
    assert (newest.number, newest.reason, first.number) == (2, "Пропуснати муфти.", 1)
    assert first.content["title"] == "Доставка на кабели"
    assert told(events.ProcedureChanged) == 1


def test_a_change_near_the_end_moves_the_end_questions_and_the_clockwork(buyer, procedure):
    pass_time(timedelta(days=9))
    asked_for = procedure.closes_at - procedure.enquiries_close_at
    before = clock.db_now()
    done = change.change_procedure(
        actor=buyer, procedure_id=procedure.pk, facts=changed(procedure_now(procedure), description="Ново"), reason="x"
    )
    assert done.closes_at >= before + timedelta(days=3)
    assert done.closes_at - done.enquiries_close_at == asked_for > timedelta(0)
    assert DueAct.objects.get(subject_id=procedure.pk).due_at == done.closes_at


def procedure_now(procedure):
    return Procedure.objects.get(pk=procedure.pk)


def test_a_change_is_refused_for_what_is_fixed_and_nothing_is_written(buyer, procedure):
    facts = changed(procedure, currency="USD", closes_at=procedure.closes_at - timedelta(hours=1), lots=(LOT,))
    with pytest.raises(RegimeBroken) as refused:
        change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason="x")
    assert [b.rule for b in refused.value.breaches] == [
        "fixed_once_published",
        "lot_removed",
        "deadline_nearer",
        "enquiries_end",  # the published end of questions would be too close to the nearer end
    ]
    assert "Currency" in refused.value.breaches[0].what
    assert Version.objects.count() == 1


def test_a_change_needs_a_reason_and_something_changed(buyer, procedure):
    with pytest.raises(ReasonMissing):
        change.change_procedure(
            actor=buyer, procedure_id=procedure.pk, facts=changed(procedure, title="Ново"), reason=" "
        )
    with pytest.raises(NothingChanged):
        change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=changed(procedure), reason="x")
    with pytest.raises(NothingChanged):
        change.change_procedure(actor=buyer, procedure_id=procedure.pk, reason="x")


def test_a_change_being_written_is_seen_by_nobody_and_published_as_kept(buyer, procedure):
    facts = changed(procedure, title="Ново заглавие")
    change.save_change(actor=buyer, procedure_id=procedure.pk, facts=facts, reason="Грешка")
    assert procedure_now(procedure).title == procedure.title
    done = change.change_procedure(actor=buyer, procedure_id=procedure.pk)
    assert (done.title, queries.version_list(done.pk)[0].reason) == ("Ново заглавие", "Грешка")
    assert not PendingChange.objects.exists()
    change.save_change(actor=buyer, procedure_id=procedure.pk, facts=changed(done, title="Пак"))
    change.drop_change(actor=buyer, procedure_id=procedure.pk)
    assert not PendingChange.objects.exists()


def test_only_the_buyer_changes_and_cancels(buyer, procedure):
    seller = make_actor(Role.SALES_MANAGER, company=procedure.buyer)
    for stranger, refusal in ((make_buyer(), NotFound), (seller, NotAllowed)):
        with pytest.raises(refusal):
            change.change_procedure(actor=stranger, procedure_id=procedure.pk, facts=make_facts(), reason="x")
        with pytest.raises(refusal):
            change.save_change(actor=stranger, procedure_id=procedure.pk, facts=make_facts())
        with pytest.raises(refusal):
            change.drop_change(actor=stranger, procedure_id=procedure.pk)
        with pytest.raises(refusal):
            cancel.cancel_procedure(actor=stranger, procedure_id=procedure.pk, reason="x")


def test_a_draft_isnt_changed_by_versions_and_what_is_over_not_at_all(buyer, procedure):
    with pytest.raises(StillDraft):
        change.change_procedure(actor=buyer, procedure_id=make_draft(buyer).pk, facts=make_facts(), reason="x")
    # The deadline decides, before the clockwork has shut the box.
    pass_time(procedure.closes_at - clock.db_now())
    later = changed(procedure, closes_at=procedure.closes_at + timedelta(days=9))
    with pytest.raises(NotNow) as refused:
        change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=later, reason="x")
    assert "closed" in refused.value.sentences[1]
    states.close_procedure(queries.lock_procedure(procedure.pk), moment=clock.db_now())
    with pytest.raises(NotNow):
        change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=later, reason="x")


def test_giving_up_needs_a_reason_ends_the_clockwork_and_is_done_once(buyer, procedure):
    with pytest.raises(ReasonMissing):
        cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="  ")
    for _ in range(2):
        done = cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="Няма средства.")
    assert (done.state, done.end_reason) == ("cancelled", "Няма средства.")
    assert told(events.ProcedureCancelled) == 1
    assert not DueAct.objects.exists()
    with pytest.raises(NotNow):
        cancel.cancel_procedure(actor=buyer, procedure_id=make_draft(buyer).pk, reason="x")


def test_the_steps_of_bids_and_awards(buyer, procedure):
    locked = queries.lock_procedure(procedure.pk)
    moment = clock.db_now()
    with pytest.raises(NotNow):
        states.mark_opened(locked, actor=buyer, moment=moment)
    for _ in range(2):
        states.close_procedure(locked, moment=moment)
    states.mark_opened(locked, actor=buyer, moment=moment)
    states.mark_awarded(locked, actor=buyer, moment=moment)
    kept = procedure_now(procedure)
    assert (kept.state, kept.opened_at, kept.ended_at) == ("awarded", moment, moment)
    assert told(events.ProcedureClosed) == 1
    with pytest.raises(NotNow):
        states.mark_failed(locked, actor=buyer, moment=moment, reason="x")
