"""Deals are made and moved, by hand and by what the market tells."""

from pazar.sales.pipeline.commands.deals import close_lost, make_deal, move_deal, set_amount, set_next_step
from pazar.sales.pipeline.commands.market import note_bid, note_cancelled, note_changed, note_outcome, note_withdrawal

__all__ = [
    "close_lost",
    "make_deal",
    "move_deal",
    "note_bid",
    "note_cancelled",
    "note_changed",
    "note_outcome",
    "note_withdrawal",
    "set_amount",
    "set_next_step",
]
