"""Write into a customer's time line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from pazar.ground import clock
from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.sales.customers import policies, queries
from pazar.sales.customers.models import Account, Touch
from pazar.sales.customers.refusals import AnothersWork, CorrectedAlready, NotByHand
from pazar.sales.customers.rules import touches
from pazar.sales.customers.rules.touches import CORRECTION, ByHand

Facts = dict[str, Any]  # JSON-able values, said by `timeline`


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry for one customer's time line. `facts` name the event, so that the same again is known."""

    company_id: UUID
    account_id: UUID
    kind: str
    facts: Facts


def note_touch(*, actor: Actor, account: Account, kind: str, facts: Facts, text: str = "", moment: datetime) -> Touch:
    """Record what was done on the centre. Runs in the caller's transaction and scope."""
    return Touch.objects.create(
        company_id=account.company_id,
        account=account,
        kind=kind,
        facts=facts,
        text=text,
        person_id=actor.person_id,
        happened_at=moment,
    )


def note_touches(entries: Iterable[Entry], *, moment: datetime) -> None:
    """The centre's own entries in many desks at once. May be repeated: an equal entry isn't made again."""
    wanted = list(entries)
    there = Touch.objects.filter(
        account_id__in={entry.account_id for entry in wanted}, kind__in={entry.kind for entry in wanted}
    ).values_list("account_id", "kind", "facts")
    known = [(account_id, kind, facts) for account_id, kind, facts in there]
    Touch.objects.bulk_create(
        [
            Touch(
                company_id=entry.company_id,
                account_id=entry.account_id,
                kind=entry.kind,
                facts=entry.facts,
                happened_at=moment,
            )
            for entry in wanted
            if (entry.account_id, entry.kind, entry.facts) not in known
        ],
        batch_size=500,
    )


def add_touch(*, actor: Actor, account_id: UUID, kind: ByHand, text: str) -> Touch:
    """Note a call, a meeting, a mail or a thought. Anybody of the desk may. Raises NotFound, NotAllowed, Invalid."""
    with acting(actor):
        policies.require_desk(actor)
        account = queries.account(actor, account_id)
        _check(text)
        return note_touch(actor=actor, account=account, kind=kind, facts={}, text=text.strip(), moment=clock.db_now())


def correct_touch(*, actor: Actor, touch_id: UUID, text: str) -> Touch:
    """Say anew what an entry that a person wrote said wrongly; the old one stays where it was.

    Raises NotFound, NotAllowed, NotByHand, CorrectedAlready, Invalid.
    """
    with acting(actor):
        policies.require_desk(actor)
        # The entry itself can't be locked (nobody may write it); its account stands for it.
        old = Touch.objects.filter(pk=touch_id, account__in=policies.visible_to(actor)).select_related("person").first()
        if old is None:
            raise NotFound
        Account.objects.select_for_update().get(pk=old.account_id)
        if old.kind not in (*ByHand, CORRECTION):
            raise NotByHand
        if not policies.may_work(actor, old.person_id):
            raise AnothersWork(manager=old.person.name if old.person else "")
        if Touch.objects.filter(corrects=old).exists():
            raise CorrectedAlready
        _check(text)

        return Touch.objects.create(
            company_id=old.company_id,
            account_id=old.account_id,
            kind=CORRECTION,
            text=text.strip(),
            person_id=actor.person_id,
            happened_at=clock.db_now(),
            corrects=old,
        )


def _check(text: str) -> None:
    match touches.faults(text):
        case "empty":
            raise Invalid(fields={"text": _("Write what happened.")})
        case "too_long":
            raise Invalid(
                fields={"text": _("Keep it under %(most)s characters.") % {"most": touches.LONGEST}},
            )
