"""The browser seals, Python opens; a person's share comes out of the browser (B8)."""

import dataclasses
import os
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Page

from pazar.market.bids.rules import box, canonical, envelope, holders, manifest, opening, personal_key, seal
from pazar.market.bids.rules.envelope import EnvelopeRefused, Kind
from pazar.market.bids.rules.holders import Holder, HolderKind, HoldersList
from pazar.market.bids.rules.manifest import Expected, Place, SealedBid
from pazar.market.bids.tests import factories
from pazar.market.bids.tests.browser import workshop
from pazar.market.bids.tests.factories import key, make_binding, make_envelope, make_holders

CENTRE = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
CENTRE_KEY = CENTRE.public_key().public_bytes_raw()
CONTENTS: dict[Place, bytes] = {
    Place("", Kind.QUALIFICATION): b"",
    Place("1", Kind.TECHNICAL): os.urandom(200_000),
    Place("1", Kind.PRICE): '{"amount":"1234567.89","note":"с ДДС"}'.encode(),
}
SEAL_BID = """async ([list, centreKey, named, contents]) => {
  const holders = await readHolders(bytes(list), { centreKey: bytes(centreKey) });
  const sealed = await sealBid({ ...named, holders,
    contents: contents.map(([lot, kind, content]) => ({ lot, kind, content: bytes(content) })) });
  return { manifest: hex(sealed.manifest), digest: sealed.digest,
    envelopes: sealed.envelopes.map(({ bytes }) => hex(bytes)) };
}"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not os.environ.get("CI") and (workshop.chromium() is None or not workshop.VENDOR.exists()),
        reason="no Chromium, or the vendor scripts aren't built",
    ),
]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with workshop.page() as opened:
        yield opened


def seal_in_browser(page: Page, list_: HoldersList, contents: dict[Place, bytes]) -> SealedBid:
    named = {
        "procedure": str(factories.PROCEDURE),
        "version": 3,
        "bidder": str(factories.BIDDER),
        "bid": str(factories.BID),
    }
    sealed = page.evaluate(
        SEAL_BID,
        [
            holders.sign(list_, key=CENTRE).document.hex(),
            CENTRE_KEY.hex(),
            named,
            [[place.lot_or_none, place.kind.value, content.hex()] for place, content in contents.items()],
        ],
    )
    bid = SealedBid(
        manifest=bytes.fromhex(sealed["manifest"]),
        envelopes=tuple(bytes.fromhex(one) for one in sealed["envelopes"]),
    )
    assert bid.digest.hex() == sealed["digest"]
    return bid


def expected(list_: HoldersList) -> Expected:
    return Expected(
        procedure=factories.PROCEDURE,
        version=3,
        bidder=factories.BIDDER,
        bid=factories.BID,
        holders=list_,
        places=frozenset(CONTENTS),
        required=frozenset(CONTENTS),
    )


def refusal_of(page: Page, script: str, argument: Any = None) -> list[str] | None:
    found: list[str] | None = page.evaluate(f"(given) => refusalOf(async () => {{ {script} }})", argument)
    return found


def test_the_policy_is_in_force_and_nothing_is_missing(page: Page) -> None:
    assert page.evaluate("window.inlineScriptsRun") is None
    assert page.evaluate("whatIsMissing()") == []


def test_the_browser_seals_to_the_server_alone_and_python_opens(page: Page) -> None:
    list_ = make_holders()
    taken = manifest.check(seal_in_browser(page, list_, CONTENTS), expected=expected(list_))
    for place, one in zip(sorted(CONTENTS), taken, strict=True):
        released = opening.release(one, holder="server", key=key(0))
        assert opening.open_envelope(one, releases=[released]).content == CONTENTS[place]


def test_server_and_person_open_together_and_neither_alone(page: Page) -> None:
    """2 of 2: the person's key is made, stored, opened and used in the browser; the server sees a share."""
    passphrase = "парола за ключа № 1"
    made = page.evaluate(
        """async (passphrase) => {
          const pair = await makePair();
          return { file: hex(await lockPair(pair, { passphrase })), publicKey: hex(pair.publicKey),
                   fingerprint: pair.fingerprint };
        }""",
        passphrase,
    )
    public_key = bytes.fromhex(made["publicKey"])
    assert personal_key.fingerprint(public_key).hex() == made["fingerprint"]
    person = Holder(id="ivanova", name="Мария Иванова", kind=HolderKind.PERSON, public_key=public_key)
    alone = make_holders()
    list_ = dataclasses.replace(alone, threshold=2, holders=(*alone.holders, person))

    sealed = seal_in_browser(page, list_, CONTENTS)
    taken = manifest.check(sealed, expected=expected(list_))
    for place, one in zip(sorted(CONTENTS), taken, strict=True):
        servers = opening.release(one, holder="server", key=key(0))
        with pytest.raises(EnvelopeRefused):
            opening.open_envelope(one, releases=[servers])
        document = page.evaluate(
            """async ([file, passphrase, request, wanted]) => {
              const { seed } = await unlockFile(bytes(file), { passphrase });
              return hex(await releaseShare(bytes(request), { seed, wanted }));
            }""",
            [
                made["file"],
                passphrase,
                opening.ask_share(one, holder="ivanova").hex(),
                {"procedure": str(factories.PROCEDURE), "lot": place.lot_or_none, "kind": place.kind.value},
            ],
        )
        persons = opening.read_release(one, bytes.fromhex(document))
        with pytest.raises(EnvelopeRefused):
            opening.open_envelope(one, releases=[persons])
        opened = opening.open_envelope(one, releases=[servers, persons])
        assert opened.content == CONTENTS[place]
        assert opening.read_with_key(one, content_key=opened.content_key) == CONTENTS[place]
    assert personal_key.unlock(bytes.fromhex(made["file"]), passphrase=passphrase).public_bytes == public_key


def test_three_of_five_sealed_in_the_browser_open(page: Page) -> None:
    list_ = make_holders(count=5, threshold=3)
    taken = manifest.check(seal_in_browser(page, list_, CONTENTS), expected=expected(list_))
    out = [opening.release(taken[0], holder=f"member-{number}", key=key(number)) for number in (1, 3, 4)]
    assert opening.open_envelope(taken[0], releases=out).content == CONTENTS[Place("", Kind.QUALIFICATION)]


def test_the_browser_releases_from_what_python_sealed_and_from_nothing_else(page: Page) -> None:
    read = envelope.parse(make_envelope(holders=make_holders(count=2, threshold=2)))
    request = opening.ask_share(read, holder="member-1").hex()
    script = "await releaseShare(bytes(given[0]), { seed: bytes(given[1]), wanted: given[2] })"
    own, wanted = key(1).seed.hex(), {"procedure": str(factories.PROCEDURE)}
    assert refusal_of(page, script, [request, own, wanted]) is None
    for argument, code in (
        ([request, own, {"procedure": str(factories.OTHER)}], "other_procedure"),
        ([request, own, {**wanted, "lot": "2"}], "other_lot"),
        ([request, own, {**wanted, "kind": "technical"}], "other_kind"),
        ([request, key(2).seed.hex(), wanted], "share_unopenable"),
        ([opening.ask_share(read, holder="server").hex(), own, wanted], "share_unopenable"),
    ):
        found = refusal_of(page, script, argument)
        assert found is not None
        assert found[:2] == ["SealRefused", code]


def test_a_share_the_bidder_falsified_is_not_released(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Released, it would name the holder for what the bidder did."""
    monkeypatch.setattr(seal.envelopes, "share_commitment", lambda **_: bytes(32))
    read = envelope.parse(make_envelope(holders=make_holders(count=2, threshold=2)))
    found = refusal_of(
        page,
        "await releaseShare(bytes(given[0]), { seed: bytes(given[1]), wanted: given[2] })",
        [
            opening.ask_share(read, holder="member-1").hex(),
            key(1).seed.hex(),
            {"procedure": str(factories.PROCEDURE)},
        ],
    )
    assert found == ["SealRefused", "share_false", "member-1"]


def test_the_browser_refuses_a_list_the_centre_did_not_sign(page: Page) -> None:
    script = "await readHolders(bytes(given[0]), { centreKey: bytes(given[1]) })"
    signed = holders.sign(make_holders(), key=CENTRE)
    assert refusal_of(page, script, [signed.document.hex(), CENTRE_KEY.hex()]) is None
    other = Ed25519PrivateKey.from_private_bytes(b"\x06" * 32)
    forged = dataclasses.replace(holders.sign(make_holders(), key=other), centre_key=CENTRE_KEY)
    moved = signed.document.replace(b'"threshold":1', b'"threshold":2')
    for document, code in (
        (forged.document, "signature_wrong"),
        (holders.sign(make_holders(), key=other).document, "other_centre"),
        (moved, "signature_wrong"),
        (signed.document + b"\n", "not_canonical"),
        (signed.document.replace(b'"certificates":[],', b""), "field"),
    ):
        found = refusal_of(page, script, [document.hex(), CENTRE_KEY.hex()])
        assert found is not None
        assert found[:2] == ["SealRefused", code]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"lot": "../1"}, ["SealRefused", "field", "lot"]),
        ({"kind": "prices"}, ["SealRefused", "field", "kind"]),
        ({"bidder": "somebody"}, ["SealRefused", "field", "bidder"]),
        ({"version": 1.5}, ["SealRefused", "field", "version"]),
        ({"procedure": str(factories.OTHER)}, ["SealRefused", "other_holders", ""]),
    ],
)
def test_the_browser_seals_for_nothing_it_could_not_be_bound_to(
    page: Page, change: dict[str, Any], wanted: list[str]
) -> None:
    binding = {
        "procedure": str(factories.PROCEDURE),
        "version": 1,
        "lot": "1",
        "kind": "price",
        "bidder": str(factories.BIDDER),
        "bid": str(factories.BID),
        **change,
    }
    script = """
      const holders = await readHolders(bytes(given[0]), { centreKey: bytes(given[1]) });
      await sealEnvelope({ binding: given[2], holders, content: utf8("content") });
    """
    document = holders.sign(make_holders(), key=CENTRE).document.hex()
    assert refusal_of(page, script, [document, CENTRE_KEY.hex(), binding]) == wanted


@pytest.mark.parametrize(
    "value",
    [
        {"amount": "1234.50", "количество": 3, "lines": [None, True, '„Пазар“ \u2028 \x1f " \\ \U0001f4e6']},
        {"\ufb33": 1, "\U00010000": 2, "a": {"b": [], "а": {}}},
        [-9007199254740991, 9007199254740991, 0],
    ],
)
def test_both_languages_write_the_same_bytes(page: Page, value: Any) -> None:
    assert page.evaluate("(value) => hex(contentOf(value))", value) == canonical.encode(value).hex()


@pytest.mark.parametrize("script", ["contentOf({ amount: 0.1 })", "contentOf(2 ** 53)", "contentOf('\\ud800')"])
def test_an_amount_is_never_a_float(page: Page, script: str) -> None:
    found = refusal_of(page, script)
    assert found is not None
    assert found[:2] == ["SealRefused", "not_canonical"]


def test_both_languages_pad_alike(page: Page) -> None:
    sizes = [0, 4_087, 4_088, 4_089, *(2**bits + off for bits in range(10, 26) for off in (-9, -8, -7, 0, 1))]
    found = page.evaluate("(sizes) => sizes.map(paddedSize)", sizes)
    assert found == [envelope.padded_size(size) for size in sizes]


def test_a_key_file_travels_both_ways_and_is_refused_alike(page: Page) -> None:
    script = "await unlockFile(bytes(given[0]), { passphrase: given[1] })"
    file = personal_key.lock(key(1).seed, passphrase="cafe\u0301 au lait", random=os.urandom)
    opened = page.evaluate(
        "async ([file, passphrase]) => hex((await unlockFile(bytes(file), { passphrase })).seed)",
        [file.hex(), "caf\u00e9 au lait"],
    )
    assert opened == key(1).seed.hex()
    fewer = file.replace(b'"rounds":600000', b'"rounds":1000')
    assert refusal_of(page, script, [file.hex(), "another passphrase"]) == [
        "SealRefused",
        "passphrase_wrong",
        "",
    ]
    assert refusal_of(page, script, [fewer.hex(), "caf\u00e9 au lait"]) == ["SealRefused", "field", "rounds"]
    short = "await lockPair(await makePair(), { passphrase: 'short' })"
    assert refusal_of(page, short) == ["SealRefused", "passphrase_short", ""]


def test_the_key_file_is_given_as_a_download(page: Page) -> None:
    with page.expect_download() as waiting:
        page.evaluate("download(utf8('{}'), { name: 'pazar-key.json' })")
    assert waiting.value.suggested_filename == "pazar-key.json"
    assert waiting.value.path().read_bytes() == b"{}"


def test_a_bid_from_the_browser_counts_in_the_box(page: Page) -> None:
    list_ = make_holders()
    one, two = (seal_in_browser(page, list_, CONTENTS).digest for _ in range(2))
    assert one != two  # sealed anew, nothing is the same
    named = {"procedure": factories.PROCEDURE, "salt": bytes(32)}
    assert box.digest(bid_digests=[one, two], **named) == box.digest(bid_digests=[two, one], **named)


def test_python_and_browser_make_envelopes_of_one_size(page: Page) -> None:
    list_ = make_holders(count=2, threshold=2)
    content = {Place("1", Kind.PRICE): b'{"amount":"5.00"}'}
    binding = make_binding(version=3)
    (browser,) = seal_in_browser(page, list_, content).envelopes
    python = make_envelope(holders=list_, content=content[Place("1", Kind.PRICE)], binding=binding)
    assert len(browser) == len(python)
