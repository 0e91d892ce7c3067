"""What a sale is: B2B or B2C by form and by substance, and in what lot it was sold (D1).

*Formal*: a legal person sold to a legal person, or to a private one. It follows from who the buyer is and from nothing
else; where the data doesn't say who he is, the class is unknown and stays so.

*Substantive*: whether the sale serves an enterprise (resale, raw material, means of production, its own needs) or a
household, whoever signed the invoice. What a buyer says of himself isn't in the data of sales; what he buys is. A lot
of at least one manufacturer's pack is bought for resale or use in an enterprise (the definition of small wholesale in
GOST R 51773-2009); a smaller one is judged by what else its buyer buys.

*Trade form*: the lot in manufacturer's packs. Retail is less than one, small wholesale one and more, wholesale
`wholesale_packs` and more. Where the pack isn't given it is estimated from the item's own sales, and the reason says
so.

Everything here is arithmetic on what was sold; a person may overrule a class with a reason, the arithmetic stays.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from pazar.ground.words.names import has_form

ONE: Final = Decimal(1)
NOUGHT: Final = Decimal(0)


class Side(StrEnum):
    """Whom a sale is to."""

    B2B = "b2b"
    B2C = "b2c"
    UNKNOWN = "unknown"


class Form(StrEnum):
    """The lot it was sold in."""

    WHOLESALE = "wholesale"
    SMALL_WHOLESALE = "small_wholesale"
    RETAIL = "retail"
    NONE = "none"  # no goods were sold: postage, a discount, something taken back
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a class was given; each is a sentence to the reader (`customers.sentences`)."""

    # formal
    BUYER_HAS_NUMBER = "buyer_has_number"
    BUYER_SAID_COMPANY = "buyer_said_company"
    BUYER_SAID_PERSON = "buyer_said_person"
    BUYER_HAS_LEGAL_FORM = "buyer_has_legal_form"
    BUYER_NOT_SAID = "buyer_not_said"
    # trade form
    LOT_OF_WHOLESALE = "lot_of_wholesale"
    LOT_OF_A_PACK = "lot_of_a_pack"
    LOT_BELOW_A_PACK = "lot_below_a_pack"
    LOT_OF_WHOLESALE_ESTIMATED = "lot_of_wholesale_estimated"
    LOT_OF_A_PACK_ESTIMATED = "lot_of_a_pack_estimated"
    LOT_BELOW_A_PACK_ESTIMATED = "lot_below_a_pack_estimated"
    PACK_NOT_KNOWN = "pack_not_known"
    NOT_GOODS = "not_goods"
    TAKEN_BACK = "taken_back"
    GIVEN_AWAY = "given_away"
    # substantive
    BOUGHT_BY_THE_PACK = "bought_by_the_pack"
    BUYER_BUYS_BY_THE_PACK = "buyer_buys_by_the_pack"
    BUYER_BUYS_BELOW_THE_PACK = "buyer_buys_below_the_pack"
    BUYER_BUYS_TOO_LITTLE_KNOWN = "buyer_buys_too_little_known"
    # by hand
    BY_HAND = "by_hand"


@dataclass(frozen=True, kw_only=True)
class ClassingRules:
    """The published rules a company's sales are classed by. Version and figures stand beside every report."""

    version: str = "2026-11"
    wholesale_packs: int = 10  # packs in a lot from which it is wholesale
    pack_lines: int = 10  # sales of an item from which its pack is estimated
    pack_share: Fraction = Fraction(1, 3)  # of them, that must be whole multiples of the estimate
    buyer_share: Fraction = Fraction(1, 2)  # of a buyer's turnover by the pack, from which all he buys is for business
    mixed_share: Fraction = Fraction(1, 10)  # of a buyer's sales in the rarer class, from which he is a mixed firm
    not_goods: frozenset[str] = frozenset(
        # as a whole description, without case
        {
            "postage", "carriage", "discount", "manual", "bank charges", "shipping", "delivery", "freight",
            "adjustment", "fee", "samples", "пощенски разходи", "доставка", "транспорт", "отстъпка", "такса",
            "корекция", "банкови такси", "мостри", "dotcom postage", "cruk commission", "amazon fee",
            "next day carriage",
        }
    )  # fmt: skip
    not_goods_begin: tuple[str, ...] = ("adjustment by", "adjust bad debt", "this is a test", "корекция от")

    def __post_init__(self) -> None:
        """Raises ValueError for rules under which nothing can be told."""
        shares = (self.pack_share, self.buyer_share, self.mixed_share)
        if self.wholesale_packs < 1 or self.pack_lines < 1 or not all(0 < share <= 1 for share in shares):
            raise ValueError("packs and lines count from one, shares are above nought and at most one")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """A line of an invoice. `pack`: units in a manufacturer's pack where the data gives it; `price` of one unit.

    `total` where the data gives the line's value and no price: ten for three pieces isn't three times 3.33.
    """

    invoice: str
    item: str
    description: str = ""
    quantity: Decimal
    price: Decimal
    buyer: str = ""  # whatever tells one buyer from another
    buyer_name: str = ""
    buyer_number: str = ""  # the company number, if any
    buyer_kind: str = ""  # "company" | "person", as the seller's books have it
    pack: Decimal | None = None
    total: Decimal | None = None

    @property
    def value(self) -> Decimal:
        return self.quantity * self.price if self.total is None else self.total


@dataclass(frozen=True, slots=True)
class Classed:
    """A line's three classes, each with its reason."""

    formal: Side
    formal_reason: Reason
    substantive: Side
    substantive_reason: Reason
    form: Form
    form_reason: Reason


@dataclass(frozen=True, slots=True)
class Pack:
    """Units in a manufacturer's pack, and whether that was given or estimated."""

    size: Decimal
    estimated: bool = False


def formal(line: SaleLine) -> tuple[Side, Reason]:
    """What the parties are. The buyer's number goes first, then what the books say, then his name's legal form."""
    if line.buyer_number:
        return Side.B2B, Reason.BUYER_HAS_NUMBER
    if line.buyer_kind == "company":
        return Side.B2B, Reason.BUYER_SAID_COMPANY
    if line.buyer_kind == "person":
        return Side.B2C, Reason.BUYER_SAID_PERSON
    if line.buyer_name and has_form(line.buyer_name):
        return Side.B2B, Reason.BUYER_HAS_LEGAL_FORM
    return Side.UNKNOWN, Reason.BUYER_NOT_SAID


def estimate_pack(quantities: Counter[Decimal], rules: ClassingRules) -> Pack | None:
    """The pack of an item by the quantities it was sold in: the commonest whole one above a single piece.

    None while fewer than `pack_lines` sales are known, or when fewer than `pack_share` of them are its multiples: then
    people don't buy by that number. Of two as common the smaller one, so that doubt makes no wholesaler of a household
    by a hair's breadth only.
    """
    lines = sum(quantities.values())
    whole = [(count, -quantity) for quantity, count in quantities.items() if quantity > ONE and quantity % 1 == 0]
    if lines < rules.pack_lines or not whole:
        return None
    size = -max(whole)[1]
    multiples = sum(count for quantity, count in quantities.items() if quantity % size == 0)
    return Pack(size, estimated=True) if Fraction(multiples, lines) >= rules.pack_share else None


def packs(lines: Iterable[SaleLine], rules: ClassingRules) -> dict[str, Pack]:
    """The pack of each item: as its lines give it (the commonest, if they differ), else estimated; none if neither."""
    given: defaultdict[str, Counter[Decimal]] = defaultdict(Counter)
    sold: defaultdict[str, Counter[Decimal]] = defaultdict(Counter)
    for line in lines:
        if line.pack is not None and line.pack > 0:
            given[line.item][line.pack] += 1
        elif line.quantity > 0 and is_goods(line, rules):
            sold[line.item][line.quantity] += 1
    known = {item: Pack(min(sizes, key=lambda size: (-sizes[size], size))) for item, sizes in given.items()}
    for item, quantities in sold.items():
        if item not in known and (pack := estimate_pack(quantities, rules)) is not None:
            known[item] = pack
    return known


def is_goods(line: SaleLine, rules: ClassingRules) -> bool:
    """Whether the line is about goods or a service sold, and not about postage, a discount or bookkeeping."""
    text = line.description.strip().casefold()
    return text not in rules.not_goods and not text.startswith(rules.not_goods_begin)


def form(line: SaleLine, pack: Pack | None, rules: ClassingRules) -> tuple[Form, Reason]:
    """The trade form of a line's lot."""
    if not is_goods(line, rules):
        return Form.NONE, Reason.NOT_GOODS
    if line.quantity <= 0 or line.price < 0:
        return Form.NONE, Reason.TAKEN_BACK
    if line.price == 0:
        return Form.NONE, Reason.GIVEN_AWAY
    if pack is None:
        return Form.UNKNOWN, Reason.PACK_NOT_KNOWN
    if line.quantity >= pack.size * rules.wholesale_packs:
        return Form.WHOLESALE, Reason.LOT_OF_WHOLESALE_ESTIMATED if pack.estimated else Reason.LOT_OF_WHOLESALE
    if line.quantity >= pack.size:
        return Form.SMALL_WHOLESALE, Reason.LOT_OF_A_PACK_ESTIMATED if pack.estimated else Reason.LOT_OF_A_PACK
    return Form.RETAIL, Reason.LOT_BELOW_A_PACK_ESTIMATED if pack.estimated else Reason.LOT_BELOW_A_PACK


def class_sales(lines: Sequence[SaleLine], rules: ClassingRules) -> Iterator[Classed]:
    """The classes of `lines`, in their order. The order they come in changes none of them."""
    sizes = packs(lines, rules)
    forms = [form(line, sizes.get(line.item), rules) for line in lines]
    known: defaultdict[str, Decimal] = defaultdict(lambda: NOUGHT)
    by_pack: defaultdict[str, Decimal] = defaultdict(lambda: NOUGHT)
    for line, (lot, _) in zip(lines, forms, strict=True):
        if lot in _LOTS and line.buyer:
            known[line.buyer] += line.value
            if lot is not Form.RETAIL:
                by_pack[line.buyer] += line.value
    buyers = {
        buyer: (Side.B2B, Reason.BUYER_BUYS_BY_THE_PACK)
        if Fraction(by_pack[buyer]) >= rules.buyer_share * Fraction(value)
        else (Side.B2C, Reason.BUYER_BUYS_BELOW_THE_PACK)
        for buyer, value in known.items()
    }
    who: dict[tuple[str, str, str], tuple[Side, Reason]] = {}
    for line, (lot, why) in zip(lines, forms, strict=True):
        key = (line.buyer_number, line.buyer_kind, line.buyer_name)
        if key not in who:
            who[key] = formal(line)
        if lot in (Form.WHOLESALE, Form.SMALL_WHOLESALE):
            whom = Side.B2B, Reason.BOUGHT_BY_THE_PACK
        else:
            whom = buyers.get(line.buyer, (Side.UNKNOWN, Reason.BUYER_BUYS_TOO_LITTLE_KNOWN))
        yield Classed(*who[key], *whom, lot, why)


_LOTS: Final = frozenset({Form.WHOLESALE, Form.SMALL_WHOLESALE, Form.RETAIL})


@dataclass(frozen=True, kw_only=True)
class Share:
    """Lines and turnover of one group; what was taken back is in `Tally.returned` and not in here."""

    lines: int = 0
    value: Decimal = NOUGHT


@dataclass(kw_only=True)
class Tally:
    """Counts a report is made of. One currency: whoever adds up several keeps a tally for each."""

    target: Side = Side.B2B  # whom the company is there for, by its four answers
    lines: int = 0
    classes: Counter[tuple[Side, Side, Form]] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str, Reason]] = field(default_factory=Counter)  # ("formal", "b2b", reason)
    values: defaultdict[tuple[Side, Side, Form], Decimal] = field(default_factory=lambda: defaultdict(lambda: NOUGHT))
    returned: Decimal = NOUGHT
    _buyers: defaultdict[str, Counter[Side]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, line: SaleLine, classed: Classed) -> None:
        self.lines += 1
        key = (classed.formal, classed.substantive, classed.form)
        self.classes[key] += 1
        if line.quantity < 0 or line.price < 0:
            self.returned += abs(line.value)
        else:
            self.values[key] += line.value
        self.reasons["formal", classed.formal, classed.formal_reason] += 1
        self.reasons["substantive", classed.substantive, classed.substantive_reason] += 1
        self.reasons["form", classed.form, classed.form_reason] += 1
        if line.buyer and classed.form in _LOTS:
            self._buyers[line.buyer][_lot_side(classed.form)] += 1

    def side(self, kind: str, side: Side) -> Share:
        """Lines and turnover of one formal or substantive class."""
        at = 0 if kind == "formal" else 1
        keys = [key for key in self.classes if key[at] is side]
        return Share(
            lines=sum(self.classes[key] for key in keys), value=sum((self.values[key] for key in keys), NOUGHT)
        )

    def of_form(self, lot: Form) -> Share:
        keys = [key for key in self.classes if key[2] is lot]
        return Share(
            lines=sum(self.classes[key] for key in keys), value=sum((self.values[key] for key in keys), NOUGHT)
        )

    @property
    def buyers(self) -> int:
        return len(self._buyers)

    def mixed(self, rules: ClassingRules) -> int:
        """Buyers who buy by the pack and below it, the rarer of the two in at least `mixed_share` of their lots."""
        return sum(
            1
            for sides in self._buyers.values()
            if len(sides) > 1 and Fraction(min(sides.values()), sides.total()) >= rules.mixed_share
        )


def _lot_side(lot: Form) -> Side:
    return Side.B2C if lot is Form.RETAIL else Side.B2B


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The four questions (D1): do your customers use what you sell…

    None where the company hasn't answered.
    """

    as_raw_material: bool | None = None
    as_means_of_production: bool | None = None
    in_providing_services: bool | None = None
    for_own_needs_of_an_enterprise: bool | None = None


def market_of(answers: Answers) -> Side:
    """One yes makes a company B2B; four noes make it B2C; else it can't be told yet."""
    said = (
        answers.as_raw_material,
        answers.as_means_of_production,
        answers.in_providing_services,
        answers.for_own_needs_of_an_enterprise,
    )
    if any(said):
        return Side.B2B
    return Side.UNKNOWN if None in said else Side.B2C
