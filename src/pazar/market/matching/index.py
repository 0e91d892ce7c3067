"""Interests in memory, by what they ask for: a compressed bitmap of interest numbers per value of each predicate (B2).

Equal in meaning to `rules.meaning.fits`. A lot passes an interest's predicate where it has one of the asked values, or
nothing is asked. So a lot is matched by unions over its codes' ancestors and its words, then intersections over the
predicates: always the lot as a whole.
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pyroaring import BitMap

from pazar.ground.codes.rules import cpv, nuts
from pazar.ground.money import BGN_PER_EUR
from pazar.market.matching.rules.interests import InterestFacts
from pazar.market.matching.rules.meaning import LotFacts

Numbers = Any  # a BitMap; an array until it is packed: telling the two apart at each step would cost the speed

# Amounts have four decimals: whole numbers of ten-thousandths compare exactly and fast.
_PLACES = 10_000
_RATE_TOP, _RATE_BOTTOM = (BGN_PER_EUR * 100_000).as_integer_ratio()[0], 100_000


class ByValue:
    """Who names which value of one predicate."""

    __slots__ = ("all", "by_value")

    def __init__(self) -> None:
        self.by_value: dict[str, Numbers] = {}
        self.all: Numbers = array("I")
        """Who names any; in an `Asked`, who names none."""

    def add(self, number: int, values: Sequence[str]) -> None:
        if values:
            _put(self.all, number)
            self._name(number, values)

    def _name(self, number: int, values: Sequence[str]) -> None:
        by_value = self.by_value
        for value in values:
            known = by_value.get(value)
            if known is None:
                by_value[value] = _alike(self.all, number)
            else:
                _put(known, number)

    def pack(self) -> None:
        self.all = _packed(self.all)
        for value, numbers in self.by_value.items():
            self.by_value[value] = _packed(numbers)

    def naming(self, values: Iterable[str]) -> list[BitMap]:
        """Who names one of `values`."""
        found = self.by_value
        return [found[value] for value in values if value in found]

    def failing(self, values: Iterable[str]) -> BitMap:
        """Who names some, and none of `values`."""
        failing: BitMap = self.all.difference(*self.naming(values))
        return failing


class Asked(ByValue):
    """A predicate that most interests ask: kept the other way round, those that leave it open stand in `all`."""

    __slots__ = ()

    def add(self, number: int, values: Sequence[str]) -> None:
        if values:
            self._name(number, values)
        else:
            _put(self.all, number)

    def passing(self, values: Iterable[str]) -> BitMap:
        """Who asks for one of `values`, or for nothing."""
        passing: BitMap = BitMap.union(self.all, *self.naming(values))
        return passing


class Bounds:
    """One end of the value ranges: numbers by their exact bound, gathered in buckets of nearby bounds.

    A bucket holds what agrees in the first five binary digits, so that a comparison unites a few hundred bitmaps at
    most and looks at single bounds in one bucket only.
    """

    __slots__ = ("all", "exact", "order", "whole")

    def __init__(self) -> None:
        self.all: Numbers = array("I")
        self.exact: dict[int, dict[int, Numbers]] = {}
        self.whole: dict[int, Numbers] = {}
        self.order: list[int] = []

    def add(self, number: int, bound: int) -> None:
        bucket = _bucket(bound)
        _put(self.all, number)
        if bucket in self.whole:
            _put(self.whole[bucket], number)
        else:
            self.exact[bucket], self.whole[bucket] = {}, _alike(self.all, number)
            insort(self.order, bucket)
        exact = self.exact[bucket]
        if bound in exact:
            _put(exact[bound], number)
        else:
            exact[bound] = _alike(self.all, number)

    def pack(self) -> None:
        self.all = _packed(self.all)
        self.whole = {bucket: _packed(numbers) for bucket, numbers in self.whole.items()}
        self.exact = {
            bucket: {bound: _packed(numbers) for bound, numbers in exact.items()}
            for bucket, exact in self.exact.items()
        }

    def above(self, amount: int) -> list[BitMap]:
        """Whose bound is greater than `amount`."""
        bucket = _bucket(amount)
        whole = [self.whole[other] for other in self.order[bisect_right(self.order, bucket) :]]
        return whole + [n for bound, n in self.exact.get(bucket, {}).items() if bound > amount]

    def below(self, amount: int) -> list[BitMap]:
        """Whose bound is less than `amount`."""
        bucket = _bucket(amount)
        whole = [self.whole[other] for other in self.order[: bisect_left(self.order, bucket)]]
        return whole + [n for bound, n in self.exact.get(bucket, {}).items() if bound < amount]


class Index:
    """Interests by number (32 bits, given by the caller). Filled by `add`, then `pack`ed; both again at any time."""

    def __init__(self) -> None:
        self.cpv, self.regions, self.words = Asked(), Asked(), Asked()
        self.kinds, self.regimes = ByValue(), ByValue()
        self.words_none, self.buyers_none = ByValue(), ByValue()
        self.value_min, self.value_max = Bounds(), Bounds()
        self.inside_only: Numbers = array("I")
        self.alive: Numbers = array("I")
        self._is_packed = self._has_dead = False

    def __len__(self) -> int:
        return len(self.alive)

    def __contains__(self, number: int) -> bool:
        return number in self.alive

    def add(self, number: int, interest: InterestFacts) -> None:
        """Take an interest in; one that sleeps is never matched. A number is taken in once."""
        if interest.is_active:
            self.add_plain(
                number,
                cpv=interest.cpv,
                regions=interest.regions,
                words_any=[word.lemma for word in interest.words_any],
                words_none=[word.lemma for word in interest.words_none],
                value_min=interest.value_min,
                value_max=interest.value_max,
                kinds=sorted(interest.kinds),
                regimes=sorted(interest.regimes),
                buyers_none=interest.buyers_none,
                with_outside=interest.with_outside,
            )

    def add_plain(
        self,
        number: int,
        *,
        cpv: Sequence[str] = (),
        regions: Sequence[str] = (),
        words_any: Sequence[str] = (),
        words_none: Sequence[str] = (),
        value_min: Decimal | None = None,
        value_max: Decimal | None = None,
        kinds: Sequence[str] = (),
        regimes: Sequence[str] = (),
        buyers_none: Sequence[str] = (),
        with_outside: bool = True,
    ) -> None:
        """The same without an object for each of a million; of an interest that is awake. No value twice in a list."""
        _put(self.alive, number)
        self.cpv.add(number, cpv)
        self.regions.add(number, regions)
        self.words.add(number, words_any)
        self.kinds.add(number, kinds)
        self.regimes.add(number, regimes)
        self.words_none.add(number, words_none)
        self.buyers_none.add(number, buyers_none)
        if value_min is not None:
            self.value_min.add(number, _whole(value_min))
        if value_max is not None:
            self.value_max.add(number, _whole(value_max))
        if not with_outside:
            _put(self.inside_only, number)

    def remove(self, number: int) -> None:
        """Match it no more. Its traces stay in the bitmaps till the next building: each costs a few bits."""
        self.pack()
        self.alive.discard(number)
        self._has_dead = True

    def pack(self) -> None:
        """Turn what was gathered into bitmaps; matching does so by itself."""
        if self._is_packed:
            return
        for asked in self._asked():
            asked.pack()
        self.value_min.pack()
        self.value_max.pack()
        self.inside_only, self.alive = _packed(self.inside_only), _packed(self.alive)
        self._is_packed = True

    def match(self, lot: LotFacts, *, own: Iterable[int] = ()) -> BitMap:
        """The numbers of all interests that this lot fits; `own` are those of the company that buys."""
        self.pack()
        found = self.cpv.passing(_cpv_up(lot.cpv))
        found &= self.regions.passing(_regions_up(lot.regions))
        found &= self.words.passing(lot.lemmas)
        if self.kinds.all:
            found -= self.kinds.failing((lot.kind,))
        if self.regimes.all:
            found -= self.regimes.failing((lot.regime,))
        if self._has_dead:
            found &= self.alive
        if lot.is_outside and self.inside_only:
            found -= self.inside_only
        if found and (unwanted := self.words_none.naming(lot.lemmas)):
            found -= BitMap.union(*unwanted)
        if found and (unwanted := self.buyers_none.naming((lot.buyer,))):
            found -= BitMap.union(*unwanted)
        if found:
            self._leave_out_by_value(found, lot)
        for number in own:
            found.discard(number)
        return found

    def _leave_out_by_value(self, found: BitMap, lot: LotFacts) -> None:
        if lot.value_amount is None or lot.currency not in ("EUR", "BGN"):
            return  # not stated or not comparable: it passes
        amount = _whole(lot.value_amount)
        if lot.currency == "BGN":
            # min * rate <= amount, said of whole numbers: a quotient that is rounded the safe way decides the same
            floor = amount * _RATE_BOTTOM // _RATE_TOP
            ceiling = -(-amount * _RATE_BOTTOM // _RATE_TOP)
        else:
            floor = ceiling = amount
        if found.intersect(self.value_min.all) and (outside := self.value_min.above(floor)):
            found -= BitMap.union(*outside)
        if found.intersect(self.value_max.all) and (outside := self.value_max.below(ceiling)):
            found -= BitMap.union(*outside)

    def _asked(self) -> tuple[ByValue, ...]:
        return (
            self.cpv,
            self.regions,
            self.words,
            self.kinds,
            self.regimes,
            self.words_none,
            self.buyers_none,
        )


def _cpv_up(codes: Iterable[str]) -> set[str]:
    """Every code that one of these stands under, themselves too."""
    return {code for own in codes for code in (own, *cpv.ancestors(own))}


def _regions_up(codes: Iterable[str]) -> set[str]:
    return {code for own in codes for code in (own, *nuts.ancestors(own))}


def _whole(amount: Decimal) -> int:
    return int(amount.scaleb(4))


def _bucket(amount: int) -> int:
    """Greater for greater amounts; what is below zero shares one."""
    if amount < 0:
        return -1
    shift = max(amount.bit_length() - 5, 0)
    return (shift << 5) + (amount >> shift)


def _put(numbers: Numbers, number: int) -> None:
    if isinstance(numbers, BitMap):
        numbers.add(number)
    else:
        numbers.append(number)


def _alike(numbers: Numbers, number: int) -> Numbers:
    """One number, gathered as `numbers` are."""
    return BitMap((number,)) if isinstance(numbers, BitMap) else array("I", (number,))


def _packed(numbers: Numbers) -> BitMap:
    if isinstance(numbers, BitMap):
        return numbers
    packed = BitMap(numbers)
    packed.run_optimize()
    packed.shrink_to_fit()
    return packed
