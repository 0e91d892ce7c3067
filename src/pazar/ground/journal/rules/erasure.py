"""Which payloads may be erased, and why: personal data, never what a procedure was decided by (J1)."""

from enum import StrEnum

RECORD = "journal.payload_erased"
"""The kind of the entry that says a payload was erased."""

ERASABLE = frozenset(
    {
        "person.created",
        "person.changed",
        "person.password_changed",
        "membership.given",
        "factor.added",
        "factor.removed",
        "factor.codes_made",
        "data.asked",
        "token.created",
        "token.revoked",
        "account.noted",
        "lead.taken",
        "lead.given",
        "lead.dropped",
        "opportunity.dismissed",
        "interest.saved",
        "interest.removed",
        "enquiry.asked",
        "demo.became",
    }
)
"""Entries about persons and about a company's own desk. Bids, boxes, procedures, awards and what the operator did
stay as long as the journal: they are kept by law, and others rely on them."""


class Ground(StrEnum):
    """Why a payload is erased; the word stands in the public entry, so it can't hold what was to be erased."""

    PERSON_ASKED = "person-asked"
    KEPT_LONG_ENOUGH = "kept-long-enough"
    AUTHORITY_ORDERED = "authority-ordered"


def may_be_erased(kind: str) -> bool:
    return kind in ERASABLE
