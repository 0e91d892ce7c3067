"""How a company's interests could be narrowed by what one procedure taught it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from pazar.ground import words
from pazar.ground.codes import queries as codes
from pazar.ground.codes.rules import nuts
from pazar.ground.errors import NotFound
from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.actor import Actor
from pazar.market.matching import policies
from pazar.market.matching.models import Interest, Match
from pazar.market.matching.queries import oracle, stored
from pazar.market.matching.rules import narrowing
from pazar.market.matching.rules.interests import Word
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.rules.narrowing import Because, Proposal

MOST_WORDS = 12


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """A proposal for one interest, as it stands at `version`; `buyer_name` is how pages call `LotFacts.buyer`."""

    interest_id: UUID
    interest_name: str
    version: int
    proposal: Proposal
    buyer_name: str


def matched(actor: Actor, procedure_id: UUID) -> list[Match]:
    """The first fitting lot of each of the company's interests that a procedure fits. Raises NotFound."""
    rows = (
        policies.matches_visible_to(actor)
        .filter(procedure_id=procedure_id)
        .select_related("interest", "procedure__buyer", "lot")
        .order_by("interest__name", "interest_id", "lot__position", "id")
    )
    first: dict[UUID, Match] = {}
    for row in rows:
        first.setdefault(row.interest_id, row)
    if not first:
        raise NotFound
    return list(first.values())


def title_words(rows: Sequence[Match]) -> list[str]:
    """The words of the procedure's and the lots' titles that one may point at, each once."""
    found: dict[str, str] = {}
    for row in rows:
        for piece in f"{row.lot.title} {row.procedure.title}".split():
            for lemma in words.lemmas(piece)[:1]:
                if not lemma[0].isdigit():
                    found.setdefault(lemma, piece.strip(".,;:()[]«»„“”\"'").lower())
    return list(found.values())[:MOST_WORDS]


def narrowings(actor: Actor, procedure_id: UUID, because: Because, *, word: str = "") -> list[Narrowing]:
    """What each interest that brought the procedure would become; none where the reason leads to none.

    Raises NotFound.
    """
    rows = matched(actor, procedure_id)
    lots = oracle.lot_facts({row.lot_id for row in rows})
    found = []
    for row in rows:
        proposal = propose(row.interest, lots[row.lot_id], because, word=word)
        if proposal is not None:
            procedure = row.procedure
            found.append(
                Narrowing(
                    interest_id=row.interest_id,
                    interest_name=row.interest.name,
                    version=row.interest.version,
                    proposal=proposal,
                    buyer_name=procedure.buyer_name or (procedure.buyer.name if procedure.buyer else ""),
                )
            )
    return found


def propose(interest: Interest, lot: LotFacts, because: Because, *, word: str) -> Proposal | None:
    """One interest's proposal, of the lists and words as they are."""
    pointed = [Word(typed=word.strip(), lemma=lemma) for lemma in words.lemmas(word)[:1] if lemma in lot.lemmas]
    country = people.company_country(interest.company_id)
    return narrowing.propose(
        stored.facts(interest),
        lot,
        because,
        cpv_children=partial(codes.children, "cpv"),
        nuts_children=partial(codes.children, "nuts"),
        home=nuts.of_country(country) if country else "",
        words=pointed,
    )
