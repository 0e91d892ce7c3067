"""Why a lot fits an interest, computed anew from the interest's version whenever it is shown (B2)."""

from collections.abc import Callable

from pazar.ground.codes.rules import cpv, nuts
from pazar.ground.codes.rules.reason import Reason, Under
from pazar.market.matching.rules import meaning
from pazar.market.matching.rules.interests import InterestFacts
from pazar.market.matching.rules.meaning import LotFacts

__all__ = ["Reason", "Under", "reason"]


def reason(interest: InterestFacts, lot: LotFacts) -> Reason:
    """Why `lot` fits `interest`. Only of a lot that fits is anything of meaning said."""
    return Reason(
        lot_number=lot.number,
        categories=_under(interest.cpv, lot.cpv, cpv.covers),
        regions=_under(interest.regions, lot.regions, nuts.covers),
        words=tuple(word.typed for word in interest.words_any if word.lemma in lot.lemmas),
        value=meaning.value(interest, lot),
    )


def _under(asked: tuple[str, ...], codes: tuple[str, ...], covers: Callable[[str, str], bool]) -> tuple[Under, ...]:
    found = []
    for code in dict.fromkeys(codes):
        holding = [own for own in asked if covers(own, code)]
        if holding:
            # All that hold it lie on one line up the tree; the deepest one says most.
            found.append(Under(code=code, asked=max(holding, key=_depth)))
    return tuple(found)


def _depth(code: str) -> int:
    return len(code.rstrip("0")) if code.isdigit() else len(code)
