"""Who bids, and how many, stands nowhere in the database before the opening where row security doesn't guard it.

Everything a bid leaves behind is searched, row by row and as the superuser sees it: plain, base64 and hexadecimal.
The control is in the same search: it must find the bidder in exactly those tables that are named here, with the reason.
"""

import base64
import contextlib
import os
from collections.abc import Iterable
from uuid import UUID

import psycopg
import pytest
from tests.factories import actor_of, make_company, make_person

from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Mail, Message
from pazar.market.bids.commands import opening, submit, withdraw
from pazar.market.bids.tests.bidding import make_bid, make_submitted, pass_deadline, seal_bid
from pazar.market.procedures.tests.factories import make_buyer, make_procedure

pytestmark = pytest.mark.django_db(transaction=True)

# Not a bid's trace: that the company and its person are on the centre at all, which its own pages say.
ON_THE_CENTRE = {"identity_company", "identity_membership", "identity_person"}
# To whom: the bell counts a person's messages, and a mail needs its address. What he is told lies sealed, its kind too,
# and everybody gets messages.
ADDRESSEES = {"pazar_messages_message", "pazar_messages_mail"}


def spellings(words: Iterable[str]) -> list[bytes]:
    found: set[bytes] = set()
    for word in words:
        plain = {word.encode(), word.encode("utf-16-le")}
        with contextlib.suppress(ValueError):
            plain |= {UUID(word).bytes, UUID(word).hex.encode()}
        for one in plain:
            found |= {one, one.hex().encode()}
            for shift in range(3):
                coded = base64.b64encode(b"\0" * shift + one)
                found.add(coded[(8 * shift + 5) // 6 : (8 * (shift + len(one))) // 6])
    return sorted(found)


def superuser() -> psycopg.Connection:
    return psycopg.connect(os.environ["PAZAR_TEST_SUPERUSER_URL"], autocommit=True)


def holding(*words: object) -> dict[str, int]:
    """By table without forced row security, how many of its rows hold one of the words."""
    needles = spellings(str(word) for word in words)
    found: dict[str, int] = {}
    with superuser() as connection:
        tables = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
            " AND n.nspname = 'public' AND NOT c.relforcerowsecurity AND c.relname NOT LIKE 'codes\\_%' ORDER BY 1"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f"SELECT convert_to(t::text, 'UTF8') FROM \"{table}\" t")
            if count := sum(any(needle in bytes(row) for needle in needles) for (row,) in rows):
                found[table] = count
    return found


def guarded() -> set[str]:
    with superuser() as connection:
        return {
            name for (name,) in connection.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity").fetchall()
        }


@pytest.fixture
def firm():
    return make_company("Канарче Безименно ЕООД", number="987654321")


@pytest.fixture
def person(firm):
    return make_person(firm, Role.TENDER_MANAGER, name="Пъстра Птица", email="ptica@kanarche.example")


def test_no_open_table_says_who_bids_before_the_opening(firm, person):
    procedure = make_procedure(buyer := make_buyer())
    bidder, bid = make_bid(procedure, actor_of(person, firm))
    for _ in range(2):
        submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk))
    withdraw.withdraw_bid(actor=bidder, bid_id=bid.pk)
    submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk))
    drain()
    pass_deadline(procedure)
    clockwork.run_due()
    drain()
    assert [one.kind for one in Message.objects.filter(person=person)] == ["bid_receipt"] * 4, (
        "three of bids, one of the withdrawal"
    )

    by_company = holding(firm.pk, firm.name, firm.number, bid.pk)
    # The journal names the thing an entry is about: a bid's id leads to nobody but through row security.
    assert set(by_company) - {"journal_entry"} <= ON_THE_CENTRE
    assert "identity_company" in by_company, "the search finds what is there"
    by_entry = holding(firm.pk, firm.name, firm.number)
    assert "journal_entry" not in by_entry
    by_person = holding(person.pk, person.name, person.email)
    assert set(by_person) <= ON_THE_CENTRE | ADDRESSEES
    assert set(by_person) >= ADDRESSEES
    assert {"bids_bid", "bids_submission", "bids_envelope", "pipeline_deal", "channels_lead"} <= guarded()

    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert Mail.objects.filter(person=person).first().subject, "its reader reads it"


def test_no_open_table_says_how_many_bid_on_a_procedure():
    """Bids leave no row behind, outside of row security, that names the procedure they are on."""
    procedure = make_procedure()
    drain()
    before = holding(procedure.pk, procedure.reference, procedure.title)
    assert before, "the search finds the procedure itself"
    for _ in range(3):
        make_submitted(procedure)
    make_bid(procedure)
    drain()
    assert holding(procedure.pk, procedure.reference, procedure.title) == before


@pytest.mark.parametrize("hiding", ["plain", "hex", "base64-0", "base64-1", "base64-2", "bytes"])
def test_the_search_finds_a_bidder_however_he_is_written(hiding):
    name = "0b6e7c52-1d51-4f0e-9a3c-5d0d0a1f7c11"
    written = {
        "plain": name.encode(),
        "hex": name.encode().hex().encode(),
        "bytes": UUID(name).hex.encode(),
        **{f"base64-{shift}": base64.b64encode(b"." * shift + name.encode() + b"}") for shift in range(3)},
    }[hiding]
    assert any(needle in written for needle in spellings([name]))
    assert not any(needle in bytes(reversed(written)) for needle in spellings([name]))
