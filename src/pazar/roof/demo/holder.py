"""The demo's holder of a sealing key: a key file that everybody may have, so that a two-holder box can be opened here.

In a centre a person makes his seed in his own browser and nobody else ever sees it. The story needs one that is made
before anybody came; it is worth nothing, and only the demo knows it.
"""

import hashlib
import os

from pazar.market.bids.rules import personal_key, xwing
from pazar.roof.demo import cast

NAME = "petar"
EMAIL = "petar@gornorechitsa.example"


def key() -> xwing.PrivateKey:
    return xwing.PrivateKey(_seed())


def key_file() -> bytes:
    """The file under the demo's password, as the browser reads it."""
    return personal_key.lock(_seed(), passphrase=cast.PASSWORD, random=os.urandom)


def _seed() -> bytes:
    return hashlib.sha256(b"pazar demo: the second key of the municipality").digest()
