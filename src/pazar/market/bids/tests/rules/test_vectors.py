"""What the browsers' libraries made, opened here. How it was made stands in vectors/make.mjs."""

import base64
import json
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pazar.market.bids.rules import canonical, holders, manifest, opening, personal_key, sharing, xwing
from pazar.market.bids.rules.envelope import Kind
from pazar.market.bids.rules.manifest import Expected, Place, SealedBid

FOLDER = Path(__file__).parents[1] / "vectors"


def vectors(name: str) -> list[Any]:
    found: list[Any] = json.loads((FOLDER / name).read_text("utf-8"))["vectors"]
    assert found
    return found


@pytest.mark.parametrize("vector", vectors("shamir.json"))
def test_shares_split_by_the_audited_library_are_put_together(vector: Any) -> None:
    shares = [bytes.fromhex(share) for share in vector["shares"]]
    threshold = vector["threshold"]
    for chosen in [shares[:threshold], shares[-threshold:], *list(combinations(shares, threshold))[:20]]:
        assert sharing.combine(chosen).hex() == vector["secret"]
    if threshold > 2:
        assert sharing.combine(shares[: threshold - 1]).hex() != vector["secret"]


@pytest.mark.parametrize("vector", vectors("xwing.json"))
def test_what_the_browsers_hpke_sealed_is_opened(vector: Any) -> None:
    key = xwing.PrivateKey(bytes.fromhex(vector["seed"]))
    assert key.public_bytes.hex() == vector["public_key"]
    sealed, info = bytes.fromhex(vector["sealed"]), vector["info"].encode()
    assert key.unseal(sealed, info=info).hex() == vector["plaintext"]
    with pytest.raises(xwing.CannotOpen):
        key.unseal(sealed, info=info + b"!")


@pytest.mark.parametrize("vector", vectors("bids.json"), ids=["1of1", "2of2", "2of3"])
def test_a_bid_sealed_by_the_browsers_module_is_taken_and_opened(vector: Any) -> None:
    list_ = holders._read_list(vector["list"])
    assert list_.document == canonical.encode(vector["list"])
    sealed = SealedBid(manifest=vector["manifest"].encode(), envelopes=(base64.b64decode(vector["envelope"]),))
    assert sealed.digest.hex() == vector["digest"]
    expected = Expected(
        procedure=UUID(vector["procedure"]),
        version=vector["version"],
        bidder=UUID(vector["bidder"]),
        bid=UUID(vector["bid"]),
        holders=list_,
        places={Place("1", Kind.PRICE)},
        required={Place("1", Kind.PRICE)},
    )
    (read,) = manifest.check(sealed, expected=expected)
    out = [
        opening.release(read, holder=holder.id, key=xwing.PrivateKey(bytes.fromhex(seed)))
        for holder, seed in zip(list_.holders, vector["seeds"], strict=True)
    ]
    for chosen in combinations(out, list_.threshold):
        assert opening.open_envelope(read, releases=chosen).content.decode() == vector["content"]


@pytest.mark.parametrize("vector", vectors("key_file.json"))
def test_a_key_file_made_by_the_browsers_module_is_opened(vector: Any) -> None:
    key = personal_key.unlock(vector["file"].encode(), passphrase=vector["passphrase"])
    assert key.seed.hex() == vector["seed"]


def test_the_centres_key_signs_the_same_list_for_both() -> None:
    """Ed25519 is deterministic: the bytes that are signed are fixed here, and by the browser's check."""
    list_ = holders._read_list(vectors("bids.json")[0]["list"])
    signed = holders.sign(list_, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert holders.sign(list_, key=Ed25519PrivateKey.from_private_bytes(bytes(32))) == signed
    assert holders.read(signed.document, centre_key=signed.centre_key).holders == list_
