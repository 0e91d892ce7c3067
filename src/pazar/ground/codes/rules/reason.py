"""Why a thing fits what somebody asked for, by codes and words: kept and carried as it is, said in each reader's
language by `codes.wording`. Both wings know it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Under:
    """A code of the thing, and the code asked for that it is or stands under: the nearest, if several do."""

    code: str
    asked: str

    @property
    def is_same(self) -> bool:
        return self.code == self.asked


@dataclass(frozen=True, kw_only=True)
class Reason:
    """What made a lot fit; whatever wasn't asked for is empty.

    `value` is how its value stands to the range asked for: not_asked, inside, not_stated, not_comparable.
    `more_lots` is how many lots fit besides this one, where one speaks for a whole procedure.
    """

    lot_number: str = ""
    categories: tuple[Under, ...] = ()
    regions: tuple[Under, ...] = ()
    words: tuple[str, ...] = ()  # as they were typed
    value: str = "not_asked"
    more_lots: int = 0
