"""What customers do when something happened on the market."""

from pazar.events import CompanyRenamed, PersonLeft
from pazar.sales.customers.commands import accounts, handing_over


def note_renaming(event: CompanyRenamed) -> None:
    """Every desk that has the company as a customer reads its new name."""
    accounts.note_renaming(
        country=event.country,
        number=event.number,
        before=event.before,
        after=event.after,
        moment=event.renamed_at,
    )


def hand_over(event: PersonLeft) -> None:
    handing_over.hand_over(event)
