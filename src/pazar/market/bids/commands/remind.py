"""Remind those who drafted a bid and haven't put it in (B3)."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from pazar.ground import clock
from pazar.ground.identity import queries as identity
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import BIDDING
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import clockwork
from pazar.ground.messages.commands import Telling, Told, tell_many
from pazar.ground.ui import formats
from pazar.market.bids.models import Bid
from pazar.market.bids.rules import reminders
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State

REMINDER = "bid_reminder"
_ON_TIME = timedelta(minutes=5)


def plan_reminders(*, procedure_id: UUID) -> None:
    """Plan a procedure's reminders, or plan them anew after its deadline moved; repeating changes nothing.

    Every published procedure has them, whether anybody drafts or not: acts of the clockwork lie open in the database.
    """
    with transaction.atomic(), acting(CENTRE):
        procedure = procedures.lock_procedure(procedure_id, share=True)
        moment = clock.db_now()
        done_at = clockwork.done_at(reminders.AHEAD, subject_id=procedure_id)
        is_open = procedure.state == State.PUBLISHED and procedure.closes_at is not None
        for name in reminders.AHEAD:
            due = (
                reminders.plan(closes_at=procedure.closes_at, moment=moment, done_at=done_at)[name]
                if is_open and procedure.closes_at is not None
                else None
            )
            if due is None:
                clockwork.cancel(name, subject_id=procedure_id)
            else:
                clockwork.schedule(name, subject_id=procedure_id, due_at=due)


def remind(name: str, procedure_id: UUID) -> None:
    """Tell everybody with a draft that isn't in the box how long there is left.

    Whoever submitted is left alone, unless the procedure changed since and his sealed bid answers an older version;
    so is whoever withdrew. Each is reminded once per distance and deadline.
    """
    with transaction.atomic(), acting(CENTRE):
        procedure = procedures.lock_procedure(procedure_id, share=True)
        moment, horizon = clock.db_now(), clock.horizon()
        closes_at = procedure.closes_at
        if procedure.state != State.PUBLISHED or closes_at is None:
            return
        if not reminders.is_latest(name, closes_at=closes_at, moment=moment, horizon=horizon):
            return

        bids = [
            bid
            for bid in Bid.objects.filter(procedure_id=procedure_id)
            .exclude(state=Bid.State.WITHDRAWN)
            .select_related("current")
            .defer("draft")
            .order_by("pk")
            if not bid.is_sealed or bid.current is None or bid.current.procedure_version != procedure.version
        ]
        staff = identity.staff_by_company(company_ids={bid.company_id for bid in bids}, roles=BIDDING)
        reference, title = procedure.reference, procedure.title

        planned = closes_at - reminders.AHEAD[name]
        # A second late it would say "6 days"; after an hour's stand-still it says what is true then.
        shown_at = planned if moment - planned < _ON_TIME else moment

        def told(_language: str, *, is_sealed: bool) -> Told:
            left = formats.left(closes_at, at=shown_at)
            if is_sealed:
                return Told(
                    title=_("%(reference)s: your sealed bid answers an older version (%(left)s)")
                    % {"reference": reference, "left": left},
                    text=_("“%(title)s” changed after you sealed. Confirm the change and seal anew before %(moment)s.")
                    % {"title": title, "moment": formats.moment(closes_at)},
                )
            return Told(
                title=_("%(reference)s: your bid isn't in the box yet (%(left)s)")
                % {"reference": reference, "left": left},
                text=_("Bids for “%(title)s” are taken until %(moment)s. What isn't sealed by then doesn't count.")
                % {"title": title, "moment": formats.moment(closes_at)},
            )

        tell_many(
            [
                Telling(
                    person_ids=[person.pk for person in staff.get(bid.company_id, ())],
                    kind=REMINDER,
                    once=f"{name}:{procedure_id}:{closes_at.isoformat()}",
                    path=reverse("bids:bid", args=[bid.pk]),
                    company_id=bid.company_id,
                    render=partial(told, is_sealed=bid.is_sealed),
                )
                for bid in bids
            ]
        )
