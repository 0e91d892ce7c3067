"""What procedures do when something happened."""

from pazar.events import EnquiryAnswered
from pazar.market.procedures.commands import tell


def tell_asker(event: EnquiryAnswered) -> None:
    """Whoever asked hears of the answer at once; he may have no draft yet."""
    tell.tell_asker(event.enquiry_id)
