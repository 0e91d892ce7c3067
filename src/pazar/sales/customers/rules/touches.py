"""Entries of a time line: which ones people write, and which the house writes by itself."""

from enum import StrEnum


class ByHand(StrEnum):
    """What a person notes of his own work with a customer."""

    CALL = "call"
    MEETING = "meeting"
    MAIL = "mail"
    NOTE = "note"


CORRECTION = "correction"
"""Says anew what an earlier entry said wrongly; the earlier one stays, with its correction beside it."""

ACCOUNT_NOTED = "account_noted"
ACCOUNT_RENAMED = "account_renamed"
LONGEST = 4000


def faults(text: str) -> str:
    """Why `text` can't stand in a time line: "empty", "too_long" (over LONGEST characters), or nothing."""
    if not text.strip():
        return "empty"
    return "too_long" if len(text) > LONGEST else ""
