"""Procedures whose bids are open, as the tests of awards want them."""

from dataclasses import dataclass
from typing import Any

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.market.awards import queries
from pazar.market.awards.commands import award
from pazar.market.awards.models import Award
from pazar.market.awards.queries import Comparison
from pazar.market.bids.commands import opening
from pazar.market.bids.queries import Receipt
from pazar.market.bids.tests.bidding import make_submitted, pass_deadline
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import make_buyer, make_procedure


@dataclass
class Opened:
    """A procedure of one lot whose bids were opened; bidders in the order of their coming."""

    procedure: Procedure
    buyer: Actor
    bidders: list[Actor]
    receipts: list[Receipt]

    @property
    def comparison(self) -> Comparison:
        with acting(self.buyer):
            return queries.comparison(self.procedure)

    @property
    def lot(self) -> Any:
        return self.comparison.lots[0].lot

    def seen(self) -> str:
        return award.fingerprint(self.comparison)

    def award(self, **said: Any) -> list[Award]:
        return award.award_procedure(
            **{"actor": self.buyer, "procedure_id": self.procedure.pk, "seen": self.seen(), **said}
        )


def make_opened(*prices: str, bidders: list[Actor] | None = None, buyer: Actor | None = None, **said: Any) -> Opened:
    """Each price is a bid's unit price for 500 metres; the buyer has opened them."""
    buyer = buyer or make_buyer()
    procedure = make_procedure(buyer, **said)
    made = [
        make_submitted(procedure, bidders[number] if bidders else None, price=price)
        for number, price in enumerate(prices)
    ]
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    procedure.refresh_from_db()
    return Opened(procedure, buyer, [bidder for bidder, _receipt in made], [receipt for _bidder, receipt in made])
