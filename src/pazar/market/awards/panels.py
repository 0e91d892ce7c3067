"""The awards' part of a procedure's page: the comparison for the buyer, the award for everybody."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ui.panels import Panel
from pazar.market.awards import policies, queries
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


def panels(*, actor: Actor, procedure: Procedure, moment: datetime) -> list[Panel]:
    found: list[Panel] = []
    if not procedure.is_own:
        return found
    if policies.is_buyer(actor, procedure) and procedure.state == State.OPENED:
        comparison = queries.comparison(procedure)
        found.append(_comparison(comparison, order=5, count=comparison.bidders))
        found.append(
            Panel(slot="act", key="award", template="awards/_act.html", order=10, context={"comparison": comparison})
        )
    elif procedure.state in policies.DECIDED:
        awards = queries.awards_of(procedure.pk)
        if awards:
            found.append(
                Panel(
                    slot="tab",
                    key="award",
                    title=_("Award"),
                    template="awards/_award.html",
                    order=5,
                    context={
                        "awards": awards,
                        "may_read_ranking": policies.may_read_ranking(actor, procedure, awards),
                    },
                )
            )
            # What was offered is still wanted once it is decided: when the contract is written, for one.
            if policies.is_buyer(actor, procedure):
                # Computed when its tab is looked at: the award stands before it.
                later = SimpleLazyObject(lambda: queries.comparison(procedure))
                found.append(_comparison(cast(queries.Comparison, later), order=6, count=None))
    return found


def _comparison(comparison: queries.Comparison, *, order: int, count: int | None) -> Panel:
    return Panel(
        slot="tab",
        key="comparison",
        title=_("Comparison"),
        count=count,
        template="awards/_comparison.html",
        order=order,
        context={"comparison": comparison},
    )
