"""What bids do when something happens elsewhere."""

from pazar.market.bids.commands.boxes import make_box
from pazar.market.bids.commands.close import close_box

__all__ = ["close_box", "make_box"]
