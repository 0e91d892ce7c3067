"""What matching adds to a procedure's page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ui.panels import Panel
from pazar.market.matching import policies
from pazar.market.matching.queries import matches

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


def panels(*, actor: Actor, procedure: Procedure, moment: datetime) -> list[Panel]:
    """The rail's *Why it fits you*, for a company whose interests it fits."""
    if actor.company_id is None or actor.company_id == procedure.buyer_id:
        return []
    fit = matches.why_it_fits(actor, procedure.pk)
    if not fit.why:
        return []
    context = {
        "why": fit.why[:4],
        "more": max(0, len(fit.why) - 4),
        "is_dismissed": fit.is_dismissed,
        "may_change": policies.may_change(actor),
    }
    return [
        Panel(
            slot="rail",
            key="why",
            template="matching/_why.html",
            title=_("Why it fits you"),
            order=40,
            context=context,
        )
    ]
