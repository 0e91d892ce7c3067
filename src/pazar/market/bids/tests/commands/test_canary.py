"""A price that stands nowhere before the opening: searched for in everything the centre writes.

The whole data folder (tables, write-ahead log, the server's log, files, keys), every row of every table as text, what
was logged, every mail: plain, with separators, UTF-16, base64 at each alignment, hexadecimal, and inside gzip and zlib
streams. The controls: the search finds each of these spellings, and the price in tables and log after the opening.
"""

import base64
import contextlib
import gzip
import logging
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core import mail

from pazar.ground.jobs import clockwork
from pazar.ground.jobs.drain import drain
from pazar.market.bids.commands import drafts, opening, submit
from pazar.market.bids.tests.bidding import make_bid, make_typed, pass_deadline, seal_bid
from pazar.market.procedures.tests.factories import make_buyer, make_procedure

PRICE = "918273645.37"
TOTAL = "459136822685.00"  # 500 of them
RUN = Path(os.environ["PAZAR_TEST_RUN"])


def spellings(amount: str) -> set[bytes]:
    whole, fraction = amount.split(".")
    groups = [whole[max(0, at - 3) : at] for at in range(len(whole), 0, -3)][::-1]
    texts = {amount, whole, whole + fraction, f"{whole},{fraction}"}
    for mark in (" ", ",", ".", "\u00a0", "\u202f", "'", "_"):
        texts.add(mark.join(groups))
    found: set[bytes] = set()
    for text in texts:
        for encoded in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
            found |= {encoded, encoded.hex().encode(), encoded.hex().upper().encode()}
            for shift in range(3):
                coded = base64.b64encode(b"\0" * shift + encoded)
                # Signs that share bits with what stands before or behind can't be known.
                sure = coded[(8 * shift + 5) // 6 : (8 * (shift + len(encoded))) // 6]
                found |= {sure, sure.replace(b"+", b"-").replace(b"/", b"_")}
    return found


NEEDLES = sorted(spellings(PRICE) | spellings(TOTAL))


def streams(data: bytes) -> Iterator[bytes]:
    """What lies compressed in `data`: gzip members, and zlib streams of the usual heads."""
    for head, bits in ((b"\x1f\x8b\x08", 31), (b"\x78\x9c", 15), (b"\x78\x01", 15), (b"\x78\xda", 15)):
        at = data.find(head)
        while at >= 0:
            with contextlib.suppress(zlib.error):
                yield zlib.decompressobj(bits).decompress(data[at : at + 1_000_000], 1_000_000)
            at = data.find(head, at + 1)


def holds(data: bytes) -> bytes | None:
    """The needle that `data` holds, plainly or compressed."""
    for needle in NEEDLES:
        if needle in data:
            return needle
    for inner in streams(data):
        for needle in NEEDLES:
            if needle in inner:
                return needle
    return None


def files_with_it() -> list[str]:
    with psycopg.connect(os.environ["PAZAR_TEST_SUPERUSER_URL"], autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        mine = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()[0]
    found = []
    for path in RUN.rglob("*"):
        # Other workers' databases are theirs.
        if "base" in path.parts and path.parent.name.isdigit() and path.parent.name != str(mine):
            continue
        if path.is_file() and not path.is_symlink():
            try:
                needle = holds(path.read_bytes())
            except FileNotFoundError:
                continue
            if needle:
                found.append(f"{path.relative_to(RUN)}: {needle!r}")
    return found


def tables_with_it() -> list[str]:
    found = []
    with psycopg.connect(os.environ["PAZAR_TEST_SUPERUSER_URL"], autocommit=True) as connection:
        tables = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('information_schema')"
            " AND tablename NOT LIKE 'codes\\_%'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f"SELECT convert_to(t::text, 'UTF8') FROM {table} t")
            if any(holds(bytes(row)) for (row,) in rows):
                found.append(table)
    return found


@pytest.mark.parametrize(
    "hiding",
    [
        PRICE.encode(),
        b"...91827364537...",
        "918\u00a0273\u00a0645".encode(),
        "918 273 645,37".encode("utf-16-le"),
        base64.b64encode(b'{"unit_price":"918273645.37"}'),
        base64.b64encode(b'{"unitprice":"918273645.37"}'),
        base64.b64encode(b'{"unitPric":"918273645.37"}'),
        base64.urlsafe_b64encode(b'["459136822685.00"]'),
        b"\\x" + PRICE.encode().hex().encode(),
        b"noise" + gzip.compress(b"a price of 918273645.37 euro", mtime=0) + b"noise",
        b"noise" + zlib.compress(b"a price of 918273645.37 euro"),
    ],
)
def test_the_search_finds_a_price_however_it_is_written(hiding):
    assert holds(b"x" * 100 + hiding + b"y" * 100)
    assert not holds(b"x" * 100 + bytes(reversed(hiding)) + b"y" * 100)


@pytest.mark.django_db(transaction=True)
def test_a_price_stands_nowhere_before_the_opening_and_is_found_after_it(caplog):
    caplog.set_level(logging.DEBUG)
    procedure = make_procedure(buyer := make_buyer())
    bidder, bid = make_bid(procedure, price=PRICE)
    drafts.save_draft(actor=bidder, bid_id=bid.pk, draft=make_typed(procedure, price=f"€{PRICE} about"))
    drafts.save_draft(actor=bidder, bid_id=bid.pk, draft=make_typed(procedure, price=PRICE))
    submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk))
    drain()
    pass_deadline(procedure)
    clockwork.run_due()
    drain()

    assert tables_with_it() == []
    assert files_with_it() == []
    assert holds(caplog.text.encode()) is None
    assert [letter.subject for letter in mail.outbox if holds(letter.message().as_bytes())] == []

    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    drain()
    assert "public.bids_openedenvelope" in tables_with_it()
    found = files_with_it()
    assert any("pg_wal" in path for path in found), found
    assert any("/base/" in path for path in found), found
