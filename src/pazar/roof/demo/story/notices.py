"""Chapter two: real notices, through the one writer. Their dates alone are moved, and only here."""

from datetime import datetime, timedelta
from pathlib import Path

from pazar.ground.identity.rules.actor import Actor
from pazar.market.procedures.adapters import registry
from pazar.market.procedures.commands.import_notices import FileReport, import_notices
from pazar.market.procedures.rules.notice import Notice

FILE = Path(__file__).resolve().parent.parent / "data" / "notices.jsonl.gz"
OPEN_ONES = 150
# Some publishers write a deadline in 2099 for "always open": moving that would make up a story of its own.
SHORTEST, LONGEST = timedelta(days=7), timedelta(days=120)
SPREAD = timedelta(days=45)
# The trades of the story's suppliers: what fits them comes first among the ones that are open again.
TRADES = ("31", "32", "33", "34", "30", "42", "44", "45", "48", "72")
LANGUAGES = ("bg", "en")
OVER = ("cancelled", "unsuccessful", "complete")


def tell(*, actor: Actor, today: datetime) -> FileReport:
    """Import the file, with some of those that ask for bids moved into the weeks around `today`."""
    (report,) = import_notices(actor=actor, paths=[FILE], move=Mover(today))
    return report


class Mover:
    """By how much a notice's times are moved: whole days, so that the hour stays the publisher's.

    `OPEN_ONES` notices get deadlines spread over the weeks to come, none of them published after today; all others
    keep their times.
    """

    def __init__(self, today: datetime) -> None:
        read = (found.item for found in registry.read_files([FILE]))
        asking = [item for item in read if isinstance(item, Notice) and _asks_for_bids(item)]
        chosen = sorted(asking, key=_rank)[:OPEN_ONES]
        # By what they were numbered by their publishers: so that neither trade nor language goes with the deadline.
        chosen.sort(key=lambda notice: notice.source_id[::-1])
        self._days = {
            (notice.source, notice.source_id): _days(notice, today, today + SPREAD * (place + 1) / OPEN_ONES)
            for place, notice in enumerate(chosen)
        }

    def __call__(self, notice: Notice) -> timedelta | None:
        days = self._days.get((notice.source, notice.source_id))
        return timedelta(days=days) if days else None


def _asks_for_bids(notice: Notice) -> bool:
    return (
        notice.deadline is not None
        and notice.published_on is not None
        and SHORTEST <= notice.deadline.date() - notice.published_on <= LONGEST
        and not notice.awards
        and notice.status.lower() not in OVER
    )


def _rank(notice: Notice) -> tuple[bool, bool]:
    divisions = {code[:2] for code in notice.all_cpv}
    return divisions.isdisjoint(TRADES), notice.language.lower() not in LANGUAGES


def _days(notice: Notice, today: datetime, wanted: datetime) -> int:
    assert notice.deadline is not None
    assert notice.published_on is not None
    # Rounded up, so that what should be open is.
    return min(-((notice.deadline - wanted).days), (today.date() - notice.published_on).days - 1)
