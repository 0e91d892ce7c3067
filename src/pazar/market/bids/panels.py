"""What bids show on a procedure's page: a bidder's own readiness, the seal in his words, and the opening."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ui.panels import Panel
from pazar.market.bids import policies, queries, sentences
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


def panels(*, actor: Actor, procedure: Procedure, moment: datetime) -> list[Panel]:
    """A bidder's rail and his one act; the opening for the buyer, and once open for those who bid."""
    if not procedure.is_own or procedure.state == State.DRAFT or actor.company_id is None:
        return []
    found: list[Panel] = []
    if policies.may_bid(actor, procedure):
        found += _bidders(actor, procedure, moment)
    if queries.may_see_opening(actor, procedure):
        found += _opening(actor, procedure, moment)
    return found


def _bidders(actor: Actor, procedure: Procedure, moment: datetime) -> list[Panel]:
    is_open = procedure.state == State.PUBLISHED and bool(procedure.closes_at and moment < procedure.closes_at)
    bid = queries.bid_on(actor, procedure.pk)
    if bid is None and not is_open:
        return []
    context: dict[str, Any] = {"bid": bid, "is_open": is_open}
    rail: list[Panel] = []
    if bid is not None:
        asked = queries.asked(procedure, procedures.lots_shown(procedure))
        ready = queries.readiness_of(actor, bid, asked, moment=moment)
        context |= {
            "ready": ready,
            "items": sentences.said_all(ready.items),
            "receipt": queries.receipt_of(procedure, bid, bid.current) if bid.is_sealed and bid.current else None,
            "is_withdrawn": bid.state == bid.State.WITHDRAWN,
            "is_behind": bid.confirmed_version != procedure.version and is_open,
        }
        rail = [Panel(slot="rail", key="bid", order=10, template="bids/_panel.html", context=context)]
    return [*rail, Panel(slot="act", key="bid", order=10, template="bids/_act.html", context=context)]


def _opening(actor: Actor, procedure: Procedure, moment: datetime) -> list[Panel]:
    # Asked for once, and only if the tab is in view: another tab shows nothing of it.
    looked = cache(lambda: queries.opening_view(actor, procedure, moment=moment))
    tab = Panel(
        slot="tab",
        key="opening",
        order=70,
        title=_("Opening"),
        template="bids/_opening.html",
        context={"opening": looked},
    )
    if procedure.opened_at is None and (view := looked()).stage == "closed" and view.may_open:
        act = Panel(slot="act", key="opening", order=20, template="bids/_opening_act.html", context={"opening": view})
        return [tab, act]
    return [tab]
