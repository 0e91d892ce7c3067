"""The checklist, drafts and contents: properties, without a database."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.market.bids.rules import canonical, contents, drafts, readiness
from pazar.market.bids.rules.contents import ContentFaulty, Declaration, Fault, ItemAsked, Technical
from pazar.market.bids.rules.readiness import Asked, LotAsked, State

CLOSES = datetime(2026, 5, 4, 12, tzinfo=UTC)
BEFORE = CLOSES - timedelta(microseconds=1)

prices = st.decimals(min_value=0, max_value=10**9, places=4)
quantities = st.decimals(min_value=Decimal("0.001"), max_value=10**6, places=3)
items = st.lists(
    st.builds(ItemAsked, id=st.uuids(), quantity=quantities), min_size=1, max_size=6, unique_by=lambda i: i.id
)


def make_asked(*, lots: int = 2, least_valid_days: int = 30) -> Asked:
    return Asked(
        procedure=uuid4(),
        version=1,
        is_open=True,
        closes_at=CLOSES,
        currency="EUR",
        vat_included=False,
        lots=tuple(
            LotAsked(
                id=UUID(int=n + 1),
                number=str(n + 1),
                title="",
                items=(ItemAsked(id=UUID(int=100 + n), quantity=Decimal(2)),),
            )
            for n in range(lots)
        ),
        least_valid_days=least_valid_days,
    )


def make_draft(asked: Asked) -> drafts.Draft:
    return drafts.Draft(
        lots={
            str(lot.id): drafts.typed_lot(
                left_out=False,
                prices={str(item.id): "12.50" for item in lot.items},
                offer="",
                delivery_days="14",
                currency="EUR",
                locale="en",
            )
            for lot in asked.lots
        },
        valid_days="60",
        declarations=tuple(Declaration),
    )


def check(draft: drafts.Draft, asked: Asked, **said: object) -> readiness.Readiness:
    facts = {"confirmed_version": 1, "moment": BEFORE, "may_submit": True, **said}
    return readiness.check(filled=drafts.filled(draft), asked=asked, **facts)  # type: ignore[arg-type]


def states(found: readiness.Readiness) -> dict[str, State]:
    return {item.code: item.state for item in found.items if item.state is not State.OK}


def test_a_complete_draft_is_ready():
    asked = make_asked()
    assert check(make_draft(asked), asked).is_ready


def test_an_empty_draft_is_as_long_a_list_as_a_full_one():
    asked = make_asked(lots=3)
    assert check(drafts.Draft(), asked).count == check(make_draft(asked), asked).count


def test_each_thing_that_is_missing_is_named_alone():
    asked = make_asked()
    full = make_draft(asked)
    first = str(asked.lots[0].id)

    def with_lot(**change: object) -> drafts.Draft:
        return replace(full, lots={**full.lots, first: replace(full.lots[first], **change)})  # type: ignore[arg-type]

    assert states(check(with_lot(prices={}), asked)) == {"price_missing": State.WAIT}
    assert states(check(with_lot(prices={}, unread={str(asked.lots[0].items[0].id): "x"}), asked)) == {
        "price_unread": State.NO
    }
    assert states(check(with_lot(delivery_days="soon"), asked)) == {"delivery": State.WAIT}
    assert states(check(with_lot(left_out=True, prices={}, delivery_days=""), asked)) == {}
    assert states(check(replace(full, valid_days=""), asked)) == {"validity": State.WAIT}
    assert states(check(replace(full, valid_days="29"), asked)) == {"validity": State.NO}
    assert states(check(replace(full, declarations=tuple(Declaration)[1:]), asked)) == {"declarations": State.WAIT}
    assert states(check(full, asked, moment=CLOSES)) == {"deadline": State.NO}
    assert states(check(full, replace(asked, is_open=False))) == {"not_open": State.NO}
    assert states(check(full, replace(asked, version=2))) == {"version": State.NO}
    assert states(check(full, asked, may_submit=False)) == {"role": State.NO}


def test_a_bid_on_nothing_is_no_bid():
    asked = make_asked()
    full = make_draft(asked)
    empty = replace(full, lots={lot: replace(part, left_out=True) for lot, part in full.lots.items()})
    assert states(check(empty, asked)) == {"nothing_bid": State.NO, "delivery": State.WAIT}


@given(st.text(max_size=30), st.sampled_from(["en", "bg"]))
def test_what_is_typed_is_read_as_a_price_or_kept_as_it_was(typed, locale):
    lot = drafts.typed_lot(
        left_out=False, prices={"i": typed}, offer="", delivery_days="", currency="EUR", locale=locale
    )
    if typed.strip():
        assert ("i" in lot.prices) != ("i" in lot.unread)
    else:
        assert not lot.prices and not lot.unread
    for price in lot.prices.values():
        assert Decimal(price) >= 0
        assert contents.plain(Decimal(price)) == price


@given(st.text("0123456789.,", max_size=9), st.sampled_from(["en", "bg"]))
def test_what_a_program_sends_is_a_plain_decimal_or_no_price(sent, locale):
    lot = drafts.plain_lot(left_out=False, prices={"i": sent}, offer="", delivery_days="")
    assert ("i" in lot.prices) == (re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]{1,4})?", sent) is not None)
    if "i" in lot.prices:
        assert Decimal(lot.prices["i"]) == Decimal(sent)


def test_one_mark_and_three_digits_is_asked_about_of_a_person_and_read_from_a_program():
    for locale in ("en", "bg"):
        for typed in ("1,234", "1.234"):
            assert drafts.price_of(typed, currency="EUR", locale=locale) is None
            assert drafts.is_ambiguous(typed, currency="EUR", locale=locale)
        assert not drafts.is_ambiguous("x", currency="EUR", locale=locale)
    program = drafts.plain_lot(left_out=False, prices={"a": "1.234", "b": "1,234"}, offer="", delivery_days="")
    assert program.prices == {"a": "1.234"}


def test_a_draft_comes_back_and_its_manifest_holds_no_price():
    asked = make_asked()
    draft = make_draft(asked)
    assert drafts.decode(drafts.encode(draft)) == draft
    shown = drafts.filled(draft)
    assert drafts.read_filled(drafts.filled_json(shown)) == shown
    assert b"12.5" in drafts.encode(draft)
    assert "12.5" not in str(drafts.filled_json(shown))


def test_a_locked_draft_opens_with_its_key_for_its_bid_alone():
    key, other = drafts.Key(os.urandom(32)), drafts.Key(os.urandom(32))
    locked = key.lock(b"12.50", about=b"bid", random=os.urandom)
    assert key.unlock(locked, about=b"bid") == b"12.50"
    for wrong in (lambda: other.unlock(locked, about=b"bid"), lambda: key.unlock(locked, about=b"another")):
        with pytest.raises(drafts.CannotRead):
            wrong()
    with pytest.raises(drafts.CannotRead):
        key.unlock(locked[:-1] + bytes([locked[-1] ^ 1]), about=b"bid")
    assert len(locked) == len(key.lock(b"1234567.8901", about=b"bid", random=os.urandom)), "its length tells no price"


@given(items, st.data())
def test_prices_written_are_read_the_same_whatever_their_order(asked, data):
    bid = {item.id: data.draw(prices) for item in asked}
    document = contents.price_document(unit_prices=bid, items=asked, currency="EUR", vat_included=False)
    read = contents.read_prices(
        canonical.encode(document), items=data.draw(st.permutations(asked)), currency="EUR", vat_included=False
    )
    assert read.unit_prices == bid
    assert read.total.amount == Decimal(document["total"])
    assert read.total.amount == sum((bid[i.id] * i.quantity).quantize(Decimal("0.01"), "ROUND_HALF_UP") for i in asked)


ITEM = ItemAsked(id=UUID(int=7), quantity=Decimal(2))
PRICES = {
    "currency": "EUR",
    "items": [{"item": str(ITEM.id), "unit_price": "12.5"}],
    "total": "25.00",
    "vat_included": False,
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"currency": "USD"}, Fault.OTHER_CURRENCY),
        ({"vat_included": True}, Fault.OTHER_VAT),
        ({"total": "24.99"}, Fault.TOTAL_WRONG),
        ({"total": 25}, Fault.UNREADABLE),
        ({"total": "-25.00"}, Fault.UNREADABLE),
        ({"items": []}, Fault.OTHER_ITEMS),
        ({"items": [{"item": str(UUID(int=8)), "unit_price": "12.5"}]}, Fault.OTHER_ITEMS),
        ({"items": PRICES["items"] * 2}, Fault.OTHER_ITEMS),
        ({"items": [{"item": str(ITEM.id), "unit_price": "1e9"}]}, Fault.UNREADABLE),
        ({"items": [{"item": str(ITEM.id), "unit_price": "NaN"}]}, Fault.UNREADABLE),
        ({"items": [{"item": str(ITEM.id), "unit_price": "12.50001"}]}, Fault.UNREADABLE),
        ({"more": "x"}, Fault.UNREADABLE),
    ],
)
def test_a_faulty_price_envelope_says_its_fault(change, fault):
    good = canonical.encode(PRICES)
    assert contents.read_prices(good, items=[ITEM], currency="EUR", vat_included=False).total.amount == 25
    with pytest.raises(ContentFaulty) as faulty:
        contents.read_prices(canonical.encode({**PRICES, **change}), items=[ITEM], currency="EUR", vat_included=False)
    assert faulty.value.fault is fault


def test_a_technical_envelope_wants_every_declaration():
    technical = Technical(offer="", delivery_days=1, valid_days=1, declarations=tuple(Declaration))
    assert contents.read_technical(canonical.encode(contents.technical_document(technical))) == technical
    lame = replace(technical, declarations=tuple(Declaration)[:-1])
    with pytest.raises(ContentFaulty) as faulty:
        contents.read_technical(canonical.encode(contents.technical_document(lame)))
    assert faulty.value.fault is Fault.DECLARATIONS
    with pytest.raises(ContentFaulty):
        contents.read_technical(b"not a document")
