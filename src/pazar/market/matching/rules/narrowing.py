"""Not for me, because…: how an interest would have to change so that such a lot comes no more (B2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from enum import StrEnum

from pazar.ground.codes.rules import cpv, nuts
from pazar.ground.money import BGN_PER_EUR
from pazar.market.matching.rules import interests, meaning
from pazar.market.matching.rules.interests import InterestFacts, Word
from pazar.market.matching.rules.meaning import LotFacts

Children = Callable[[str], Sequence[str]]
"""The codes one step under a code of the list."""

_ROUGH = 2  # significant digits of a proposed bound: nobody thinks in 12,345.67


class Because(StrEnum):
    """Why a procedure that fits isn't for somebody."""

    CATEGORY = "category"
    REGION = "region"
    WORD = "word"
    BUYER = "buyer"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """An interest narrowed: what goes out of it and what comes in, in codes, words or amounts in euro."""

    because: Because
    facts: InterestFacts
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def propose(
    interest: InterestFacts,
    lot: LotFacts,
    because: Because,
    *,
    cpv_children: Children,
    nuts_children: Children,
    home: str = "",
    words: Sequence[Word] = (),
) -> Proposal | None:
    """The narrowed interest, or None where this reason leads to none: then the procedure is only put away.

    What is proposed never fits `lot`, and fits no lot that the interest as it is doesn't. `home` is the region of the
    company's country; `words` are those of the lot that somebody pointed at.
    """
    match because:
        case Because.CATEGORY:
            found = _without(interest.cpv, lot.cpv, cpv.covers, cpv_children)
            facts = replace(interest, cpv=found)
            proposal = _proposal(because, facts, interest.cpv, found) if found else None
        case Because.REGION:
            proposal = _region(interest, lot, nuts_children, home)
        case Because.WORD:
            proposal = _words(interest, words)
        case Because.BUYER:
            facts = replace(interest, buyers_none=(*interest.buyers_none, lot.buyer))
            proposal = Proposal(because=because, facts=facts, added=(lot.buyer,)) if lot.buyer else None
        case Because.TOO_SMALL | Because.TOO_LARGE:
            proposal = _value(interest, lot, because)
        case _:
            proposal = None
    if proposal is None or meaning.fits(proposal.facts, lot) or interests.faults(proposal.facts, name="-"):
        return None
    return proposal


def _proposal(because: Because, facts: InterestFacts, before: Sequence[str], after: Sequence[str]) -> Proposal:
    gone = tuple(one for one in before if one not in after)
    return Proposal(because=because, facts=facts, gone=gone, added=tuple(one for one in after if one not in before))


def _without(
    asked: Sequence[str], codes: Sequence[str], covers: Callable[[str, str], bool], children: Children
) -> tuple[str, ...]:
    """`asked` without the branches that `codes` stand on: a code gives way to those under it, beside the branch."""
    found: list[str] = []
    for own in asked:
        if not any(covers(own, code) for code in codes):
            found.append(own)
        else:
            found += [child for child in children(own) if not any(covers(child, code) for code in codes)]
    return tuple(dict.fromkeys(found))


def _region(interest: InterestFacts, lot: LotFacts, children: Children, home: str) -> Proposal | None:
    if interest.regions:
        found = _without(interest.regions, lot.regions, nuts.covers, children)
    else:
        found = (home,) if home and lot.regions else ()
    if not found:
        return None
    return _proposal(Because.REGION, replace(interest, regions=found), interest.regions, found)


def _words(interest: InterestFacts, words: Sequence[Word]) -> Proposal | None:
    if not words:
        return None
    lemmas = {word.lemma for word in words}
    kept = tuple(word for word in interest.words_any if word.lemma not in lemmas)
    if interest.words_any and not kept:
        return None  # it would ask for no word at all, and bring more instead of less
    unwanted = {word.lemma: word for word in (*interest.words_none, *words)}
    facts = replace(interest, words_any=kept, words_none=tuple(unwanted.values()))
    gone = tuple(word.typed for word in interest.words_any if word.lemma in lemmas)
    return Proposal(because=Because.WORD, facts=facts, gone=gone, added=tuple(word.typed for word in words))


def _value(interest: InterestFacts, lot: LotFacts, because: Because) -> Proposal | None:
    if lot.value_amount is None or lot.currency not in ("EUR", "BGN") or lot.value_amount <= 0:
        return None
    euro = lot.value_amount / BGN_PER_EUR if lot.currency == "BGN" else lot.value_amount
    if because == Because.TOO_SMALL:
        bound = Context(prec=_ROUGH, rounding=ROUND_CEILING).create_decimal(euro)
        if bound <= euro:
            bound += bound.scaleb(-1)
        bound = bound.quantize(Decimal("0.01"), rounding=ROUND_CEILING)
        facts = replace(interest, value_min=bound)
    else:
        bound = Context(prec=_ROUGH, rounding=ROUND_FLOOR).create_decimal(euro)
        if bound >= euro:
            bound -= bound.scaleb(-1)
        bound = bound.quantize(Decimal("0.01"), rounding=ROUND_FLOOR)
        facts = replace(interest, value_max=bound)
    before = interest.value_min if because == Because.TOO_SMALL else interest.value_max
    return Proposal(
        because=because, facts=facts, gone=() if before is None else (f"{before:f}",), added=(f"{bound:f}",)
    )
