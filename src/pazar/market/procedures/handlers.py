"""What procedures do when something happened."""

from pazar.events import CompanyRenamed, EnquiryAnswered, PersonLeft
from pazar.market.procedures.commands import drafts, handing_over, tell


def tell_asker(event: EnquiryAnswered) -> None:
    """Whoever asked hears of the answer at once; he may have no draft yet."""
    tell.tell_asker(event.enquiry_id)


def note_renaming(event: CompanyRenamed) -> None:
    """Drafts bear the buyer's new name; what is published keeps the one it was published under."""
    drafts.rename_buyer(buyer_id=event.company_id, name=event.after)


def hand_over(event: PersonLeft) -> None:
    handing_over.hand_over(event)
