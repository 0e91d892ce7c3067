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
    why = matches.why_it_fits(actor, procedure.pk)
    if not why:
        return []
    context = {
        "match_why": why[:4],
        "match_more": max(0, len(why) - 4),
        "match_dismissed": matches.is_dismissed(actor, procedure.pk),
        "match_may_change": policies.may_change(actor),
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
