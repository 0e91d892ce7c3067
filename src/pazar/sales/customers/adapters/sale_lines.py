"""Lines of sales out of a table that a company brings (D1)."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from pazar.ground.tables import Fault, Numbers, Refused, Row, Table, Unreadable, opened
from pazar.ground.tables.values import Mark, Unsure
from pazar.sales.customers.rules.classing import SaleLine
from pazar.sales.customers.rules.mapping import Field, Guess, guess

FIELDS: Final = (
    Field("invoice", ("invoice", "invoice no", "invoice number", "document", "order", "order id", "order no", "receipt",
                      "фактура", "номер на фактура", "документ", "поръчка", "бележка")),
    Field("item", ("stock code", "item", "item code", "sku", "product code", "product id", "product", "article", "code",
                   "артикул", "код на артикул", "стока", "продукт", "код")),
    Field("description", ("description", "item description", "product name", "item name", "name", "наименование",
                          "описание", "име на артикул", "име на стоката")),
    Field("quantity", ("quantity", "qty", "order qty", "order quantity", "line item quantity", "units", "pieces",
                       "количество", "брой", "бройки", "бр")),
    Field("price", ("price", "unit price", "price per unit", "единична цена", "ед цена", "цена")),
    Field("value", ("value", "line total", "line item value", "amount", "total", "sum", "стойност", "сума", "общо")),
    Field("buyer", ("customer id", "customer", "customer no", "customer code", "client", "client id", "account",
                    "buyer", "клиент", "код на клиент", "купувач", "контрагент", "партньор")),
    Field("buyer_name", ("customer name", "client name", "company name", "име на клиент", "име на фирмата", "фирма")),
    Field("buyer_number", ("company number", "vat number", "vat", "vat id", "tax id", "eik", "registration number",
                           "еик", "булстат", "ддс номер", "инн", "данъчен номер")),
    Field("buyer_kind", ("customer type", "client type", "buyer kind", "customer kind", "вид клиент", "тип клиент")),
    Field("pack", ("pack", "pack size", "units per pack", "unit of measure per pack", "case size", "опаковка",
                   "бр в опаковка", "брой в опаковка", "количество в опаковка")),
)  # fmt: skip
REFUSED_SHOWN: Final = 100

_COMPANY: Final = ("company", "business", "b2b", "firm", "legal", "legal entity", "юридическо лице", "фирма")
_PERSON: Final = ("person", "private", "b2c", "consumer", "individual", "физическо лице", "лице")
_KINDS: Final = {**dict.fromkeys(_COMPANY, "company"), **dict.fromkeys(_PERSON, "person")}


class CannotRead(Exception):
    """The whole file can't be taken; `refused` says why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


@dataclass(kw_only=True)
class Read:
    """What a file gave. `lines` beside `places`, the number of the row each stands in."""

    form: str
    guess: Guess
    lines: list[SaleLine]
    places: list[int]
    read: int = 0
    refused: list[Refused] = dataclasses.field(default_factory=list)
    refused_count: int = 0

    def refuse(self, refused: Refused) -> None:
        self.refused_count += 1
        if len(self.refused) < REFUSED_SHOWN:
            self.refused.append(refused)


def read_sales(path: Path, *, said: Mapping[str, str] | None = None, mark: Mark | None = None, sheet: str = "") -> Read:
    """Every line of `path` that can be read. `said` maps fields to columns, `mark` is the decimal sign if it's known.

    Raises CannotRead, mapping.NoSuchColumn.
    """
    try:
        with opened(path, sheet=sheet) as table:
            found = guess(FIELDS, table.columns, said)
            _require(found, table)
            habits = {name: Numbers(mark) for name in ("quantity", "price", "value", "pack") if name in found.columns}
            rows: list[Row] = []
            made = Read(form=table.form, guess=found, lines=[], places=[])
            at = {name: table.columns.index(column) for name, column in found.columns.items()}
            for row in table.rows:
                made.read += 1
                if isinstance(row, Fault):
                    made.refuse(Refused.of(row))
                    continue
                rows.append(row)
                for name, habit in habits.items():
                    habit.learn(row.cells[at[name]])
    except Unreadable as unreadable:
        raise CannotRead(Refused("", "", unreadable.code, unreadable.params)) from None
    for name, habit in habits.items():
        if habit.asks:
            raise CannotRead(Refused("", found.columns[name], "ambiguous_number"))
    for row in rows:
        try:
            made.lines.append(_line(row.cells, at, habits))
            made.places.append(row.line)
        except _Spoilt as spoilt:
            made.refuse(Refused(f"row {row.line}", found.columns[spoilt.name], spoilt.code, {"value": spoilt.value}))
    return made


def _require(found: Guess, table: Table) -> None:
    for wanted in (("item", "description"), ("quantity",), ("price", "value")):
        if not any(name in found.columns for name in wanted):
            shown = ", ".join(table.columns)[:300]
            raise CannotRead(Refused("", wanted[0], "column_missing", {"columns": shown}))


class _Spoilt(Exception):
    def __init__(self, name: str, code: str, value: str) -> None:
        super().__init__(code)
        self.name, self.code, self.value = name, code, value[:80]


def _line(cells: list[str], at: Mapping[str, int], habits: Mapping[str, Numbers]) -> SaleLine:
    def text(name: str) -> str:
        return cells[at[name]] if name in at else ""

    def number(name: str) -> Decimal:
        try:
            return habits[name].read(text(name))
        except Unsure as unsure:
            raise _Spoilt(name, unsure.code, text(name)) from None

    item = text("item") or text("description")
    if not item:
        raise _Spoilt("item" if "item" in at else "description", "cell_empty", "")
    quantity, total = number("quantity"), None
    if text("price"):
        price = number("price")
    elif not text("value"):
        raise _Spoilt("price" if "price" in at else "value", "cell_empty", "")
    elif quantity == 0:
        raise _Spoilt("quantity", "value_of_nothing", text("quantity"))
    else:
        total = number("value")
        price = total / quantity
    buyer = text("buyer") or text("buyer_number") or text("buyer_name")
    return SaleLine(
        invoice=text("invoice"),
        item=item,
        description=text("description"),
        quantity=quantity,
        price=price,
        buyer=buyer,
        buyer_name=text("buyer_name") or (text("buyer") if not text("buyer").isdigit() else ""),
        buyer_number=text("buyer_number"),
        buyer_kind=_KINDS.get(text("buyer_kind").casefold(), ""),
        pack=number("pack") if text("pack") else None,
        total=total,
    )
