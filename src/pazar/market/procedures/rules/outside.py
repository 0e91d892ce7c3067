"""What an outside notice comes to as a procedure here (B12)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from pazar.market.procedures.rules.notice import AwardRecord, LotRecord, Notice

_CANCELLED: Final = {"cancelled", "withdrawn"}
_FAILED: Final = {"unsuccessful"}
_UNDECIDED: Final = {"cancelled", "unsuccessful", "pending"}


def is_decided(award: AwardRecord) -> bool:
    """Whether somebody got it: an award that is pending, was cancelled or found nobody isn't one."""
    return award.status.lower() not in _UNDECIDED and bool(award.suppliers or award.value)


def state(notice: Notice, *, closes_at: datetime | None, moment: datetime) -> str:
    """The state of a procedure here, from what its source says: cancelled, failed, awarded, published or closed.

    Only one whose deadline is stated and lies ahead is *published*, that is open. A deadline that isn't stated is
    not known to lie ahead.
    """
    status = notice.status.lower()
    if status in _CANCELLED or "tenderCancellation" in notice.tags:
        return "cancelled"
    if status in _FAILED:
        return "failed"
    if any(is_decided(award) for award in notice.awards):
        return "awarded"
    if notice.awards and all(award.status.lower() in _FAILED for award in notice.awards):
        return "failed"
    if closes_at is not None and closes_at > moment:
        return "published"
    return "closed"


def numbered_lots(notice: Notice) -> Iterator[tuple[str, LotRecord]]:
    """The lots, each with a number of its own: the source's, else its place; "" for the one that is the whole.

    A notice without lots is one lot. What the notice says of all its lots (codes, regions) holds for a lot that
    says nothing else; the value does only where there is one lot.
    """
    if not notice.lots:
        yield "", LotRecord(cpv=notice.all_cpv, regions=notice.regions, value=notice.value, items=notice.items)
        return
    given: set[str] = set()
    alone = len(notice.lots) == 1
    for position, lot in enumerate(notice.lots, 1):
        number = lot.number or ("" if alone else str(position))
        copy = 1
        base = number
        while number in given:
            copy += 1
            number = f"{base} ({copy})"
        given.add(number)
        yield (
            number,
            replace(
                lot,
                cpv=lot.cpv or (notice.all_cpv if alone else notice.cpv),
                regions=lot.regions or notice.regions,
                value=lot.value or (notice.value if alone else None),
                items=lot.items or (notice.items if alone else ()),
            ),
        )
