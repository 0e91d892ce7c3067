"""Opportunities come in, are taken up or set aside; leads are given, dropped, or become deals."""

from pazar.sales.channels.commands.intake import note_cancelled, note_changed, note_opportunities, note_withdrawn
from pazar.sales.channels.commands.leads import (
    drop_lead,
    give_lead,
    lead_of_bid,
    mark_became_deal,
)
from pazar.sales.channels.commands.rule import save_rule
from pazar.sales.channels.commands.settle import dismiss, take_up

__all__ = [
    "dismiss",
    "drop_lead",
    "give_lead",
    "lead_of_bid",
    "mark_became_deal",
    "note_cancelled",
    "note_changed",
    "note_opportunities",
    "note_withdrawn",
    "save_rule",
    "take_up",
]
