"""The server's keys for boxes and drafts; where they lie is `ground/keys.py` (B8).

Whoever loses `sealing` or `drafts` loses what lies under it.
"""

from pazar.ground import keys
from pazar.ground.keys import KeyUnreadable, centre_public, signing
from pazar.market.bids.rules import drafts, xwing

__all__ = ["KeyUnreadable", "centre_public", "draft_key", "sealing", "signing"]


def sealing() -> xwing.PrivateKey:
    """The server's own pair: it holds a share of every box."""
    return xwing.PrivateKey(keys.key("sealing"))


def draft_key() -> drafts.Key:
    """What drafts lie under, and what else only the server may read."""
    return drafts.Key(keys.key("drafts"))
