"""Reactions to events."""

from pazar.events import ProcedureAwarded
from pazar.market.awards.commands import letters


def send_letters(event: ProcedureAwarded) -> None:
    letters.send_letters(event)
