"""What is read of the Russian unified information system (ЕИС, zakupki.gov.ru): tables and cards made of its pages.

Purchases go by the number of their notice (19 digits under 44-FZ), contracts without one by their own. Days are written
DD.MM.YYYY, sums with blanks and a comma. A sum has no currency unless the source names one.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from io import BufferedIOBase
from typing import Any, Final

from pazar.market.procedures.rules.notice import Amount, AwardRecord, ItemRecord, Notice, Party

from .cut import Cutter, parse
from .reader import Found, Limits, Place, Refusing
from .tables import Format
from .values import WEB, Values

_PUBLISHER: Final = "ЕИС"
_OBJECT: Final = re.compile(r"(\d{2}(?:\.\d{1,3}){1,4}(?:-\d{8})?): *([^;]+)")
_NUMBER: Final = re.compile(r"[0-9A-Za-z-]{3,40}", re.ASCII)
_TIME: Final = re.compile(r"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}):(\d{2}) \(МСК(?:([+-])(\d{1,2}))?\)", re.ASCII)
_MOSCOW: Final = 3
_CURRENCIES: Final = {"РОССИЙСКИЙ РУБЛЬ": "RUB", "ДОЛЛАР США": "USD", "ЕВРО": "EUR"}
_WINNER: Final = re.compile(r"1\b.*победитель", re.IGNORECASE)
_SIGNS: Final = (re.compile(rb'"competition"\s*:'), re.compile(rb'"organization"\s*:'), re.compile(rb'"products"\s*:'))


def _said(row: dict[str, str], name: str) -> str:
    text = " ".join(row.get(name, "").split())
    return "" if text == "NA" else text


def _identity(text: str, field: str) -> str:
    number = text.strip("'").removeprefix("№").strip()
    if not _NUMBER.fullmatch(number):
        raise Refusing("no-identity", field)
    return number


def _names(items: tuple[ItemRecord, ...]) -> str:
    """What is bought, for a title where the source has none: each name once."""
    return "; ".join(dict.fromkeys(item.description for item in items if item.description))


def purchase(row: dict[str, str], limits: Limits) -> Notice:
    """A row of the list of purchases: one notice as it stood on the day it was updated."""
    values = Values(limits)
    number = _identity(_said(row, "ContractID"), "ContractID")
    objects = values.text(_said(row, "ObjectName").removesuffix("$"), "ObjectName")
    items = tuple(
        ItemRecord(description=name.strip(), codes=(("OKPD2", code),))
        for code, name in dict.fromkeys(_OBJECT.findall(objects))
    )
    price = values.comma_number(row["StartPrice"], "StartPrice")
    published = _said(row, "PostedDate")
    kind = _said(row, "Type")
    law = _said(row, "Law")
    url = _said(row, "ContractHyperlink")
    buyer = values.text(_said(row, "NameCustomer"), "NameCustomer", 2000)
    return Notice(
        source="ru-eis",
        source_id=number,
        release_id=f"{number}/{_said(row, 'UpdatedDate')}",
        publisher=_PUBLISHER,
        source_url=url if WEB.fullmatch(url) and len(url) <= 2000 else "",
        language="ru",
        tags=("tender",),
        buyer=Party(name=buyer, country="RU") if buyer else None,
        title=values.title(_names(items) or objects, "ObjectName"),
        status=_said(row, "Status"),
        method=kind,
        method_details=f"{kind} ({law})" if law else kind,
        value=Amount(price) if price is not None else None,
        published=published,
        published_on=values.dotted_day(published, "PostedDate"),
        items=items,
        remarks=tuple(values.remarks),
    )


def contract(row: dict[str, str], limits: Limits) -> Notice:
    """A row of the list of contracts: an object, its starting price, and the final sum as an award."""
    values = Values(limits)
    number = _identity(_said(row, "ContractID"), "ContractID")
    final = values.comma_number(row["FinalStoim"], "FinalStoim")
    start = values.comma_number(row["ObjectNMZ"], "ObjectNMZ")
    name = values.title(_said(row, "ObjectName"), "ObjectName")
    code = _said(row, "ObjectCode")
    buyer = values.text(_said(row, "NameCustomer"), "NameCustomer", 2000)
    winner = _said(row, "ParticipantName") if _said(row, "ParticipantIsWinner").upper() == "TRUE" else ""
    signed = _said(row, "PostedDate")
    return Notice(
        source="ru-eis-contract",
        source_id=number,
        release_id=f"{number}/{_said(row, 'UpdatedDate')}",
        publisher=_PUBLISHER,
        language="ru",
        tags=("contract",),
        buyer=Party(name=buyer, country="RU") if buyer else None,
        title=name,
        status=_said(row, "Status"),
        value=Amount(start) if start is not None else None,
        published=signed,
        published_on=values.dotted_day(signed, "PostedDate"),
        items=(
            ItemRecord(
                description=name,
                codes=(("OKPD2", code),) if code else (),
                quantity=values.comma_number(row["ObjectAmount"], "ObjectAmount"),
                unit=values.text(_said(row, "ObjectUnits"), "ObjectUnits", 200),
            ),
        ),
        awards=(
            AwardRecord(
                id=number,
                suppliers=(Party(name=winner),) if winner else (),
                value=Amount(final) if final is not None else None,
            ),
        ),
        remarks=tuple(values.remarks),
    )


def contract_item(row: dict[str, str], limits: Limits) -> Notice:
    """A row of contracts under 44-FZ: what a supplier with an INN delivers under the notice it names."""
    values = Values(limits)
    mark = _identity(_said(row, "id"), "id")
    named = _said(row, "notificationNumber")
    number = _identity(named, "notificationNumber") if named else ""
    total = values.number(_said(row, "sumRUR") or None, "sumRUR")
    name = values.title(_said(row, "OKPD2.name"), "OKPD2.name")
    code = _said(row, "OKPD2.code")
    published_at, published = values.moment(_said(row, "publishDate"), "publishDate")
    value = Amount(total, "RUB") if total is not None and total >= 0 else None
    supplier = values.text(_said(row, "supplier.name"), "supplier.name", 2000)
    buyer = values.text(_said(row, "customer.name"), "customer.name", 2000)
    inn, buyer_inn = _said(row, "supplier.inn"), _said(row, "customer.inn")
    return Notice(
        source="ru-eis" if number else "ru-eis-contract",
        source_id=number or mark,
        release_id=f"contract {mark}",
        publisher=_PUBLISHER,
        language="ru",
        tags=("contract",),
        buyer=Party(name=buyer, country="RU", number=buyer_inn[:100], number_scheme="RU-INN" if buyer_inn else "")
        if buyer
        else None,
        title=name,
        published=published,
        published_at=published_at,
        published_on=values.day(published, "publishDate") if published else None,
        items=(
            ItemRecord(
                description=name,
                codes=(("OKPD2", code),) if code else (),
                quantity=values.number(_said(row, "quantity") or None, "quantity"),
                unit=values.text(_said(row, "OKEI.fullName") or _said(row, "OKEI.name"), "OKEI.name", 200),
            ),
        ),
        awards=(
            AwardRecord(
                id=f"contract {mark}",
                title=name,
                suppliers=(Party(name=supplier, country="RU", number=inn[:100], number_scheme="RU-INN" if inn else ""),)
                if supplier
                else (),
                value=value,
            ),
        ),
        remarks=tuple(values.remarks),
    )


PURCHASES: Final = Format(
    "eis-purchases-csv",
    frozenset({"ContractID", "Type", "Law", "StartPrice", "ContractHyperlink", "NameCustomer", "PostedDate"}
              | {"UpdatedDate", "ObjectName", "Status"}),
    purchase,
    codes=frozenset({"ContractID"}),
)  # fmt: skip
CONTRACTS: Final = Format(
    "eis-contracts-csv",
    frozenset({"ContractID", "FinalStoim", "Status", "NameCustomer", "PostedDate", "UpdatedDate", "ObjectName"}
              | {"ObjectCode", "ObjectUnits", "ObjectAmount", "ObjectNMZ", "ParticipantName", "ParticipantIsWinner"}),
    contract,
    escape="\\",
    codes=frozenset({"ContractID", "ObjectCode"}),
)  # fmt: skip
CONTRACT_ITEMS: Final = Format(
    "eis-contract-items-csv",
    frozenset({"id", "publishDate", "notificationNumber", "customer.name", "customer.inn", "OKPD2.code", "OKPD2.name"}
              | {"quantity", "sumRUR", "supplier.name", "supplier.inn"}),
    contract_item,
    codes=frozenset({"id", "notificationNumber", "customer.inn", "supplier.inn", "OKPD2.code"}),
)  # fmt: skip


class EisCardReader:
    """See `Reader`. A purchase's card as a JSON object, or a list of them."""

    name = "eis-json"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def sniff(self, head: bytes, name: str) -> bool:
        return head.lstrip()[:1] in (b"{", b"[") and all(sign.search(head) for sign in _SIGNS)

    def read(self, stream: BufferedIOBase, place: Place) -> Iterator[Found]:
        for unit in Cutter(stream, self._limits).units():
            here = place.at(unit.label)
            try:
                if unit.problem:
                    raise Refusing(unit.problem)
                value = parse(unit.raw)
                if not isinstance(value, dict):
                    raise Refusing("not-an-object")
                yield here, card(value, self._limits)
            except Refusing as stop:
                yield here, stop.refused(here)


def card(value: dict[str, Any], limits: Limits) -> Notice:
    """A purchase's card. Its times name their zone by its distance from Moscow's."""
    values = Values(limits)
    text = values.text
    number = _identity(text(value.get("id"), "id", 100), "id")
    items = tuple(_product(product, values) for product in values.objects(value.get("products"), "products"))
    price = values.comma_number(text(value.get("price"), "price", 100), "price")
    words = text(value.get("currency"), "currency", 100)
    currency = _CURRENCIES.get(words.upper(), "")
    if words and not currency:
        values.remark("currency", "unknown-code", words)
    published_at, published = _moment(values, text(value.get("competition_start"), "competition_start", 100))
    deadline, deadline_text = _moment(values, text(value.get("competition_end"), "competition_end", 100))
    buyer = text(value.get("organization"), "organization", 2000)
    method = text(value.get("competition"), "competition", 500)
    info = value.get("auction_info")
    bidders = values.objects(info.get("participants"), "auction_info.participants") if isinstance(info, dict) else []
    return Notice(
        source="ru-eis",
        source_id=number,
        release_id=f"{number}/{text(value.get('stage'), 'stage', 200)}",
        publisher=_PUBLISHER,
        language="ru",
        tags=("tender", "award") if bidders else ("tender",),
        buyer=Party(
            name=buyer, country="RU", address=text(value.get("organization_address"), "organization_address", 2000)
        )
        if buyer
        else None,
        title=values.title(_names(items), "products"),
        status=text(value.get("stage"), "stage", 200),
        method=method,
        method_details=method,
        value=Amount(price, currency) if price is not None else None,
        published=published,
        published_at=published_at,
        published_on=published_at.astimezone(timezone(timedelta(hours=_MOSCOW))).date() if published_at else None,
        deadline=deadline,
        deadline_text=deadline_text,
        items=items,
        awards=tuple(_winners(value, bidders, currency, values)),
        tenderers_count=len(bidders) if isinstance(info, dict) and "participants" in info else None,
        remarks=tuple(values.remarks),
    )


def _product(product: dict[str, Any], values: Values) -> ItemRecord:
    codes = values.text(product.get("code"), "products.code", 500).split()
    return ItemRecord(
        # the first line is the name, the others are its properties
        description=values.title(product.get("name"), "products.name").split("\n")[0].strip(),
        codes=tuple(("KTRU" if "-" in code else "OKPD2", code) for code in codes),
        quantity=values.comma_number(values.text(product.get("count"), "products.count", 100), "products.count"),
        unit=values.text(product.get("units"), "products.units", 200),
    )


def _winners(
    value: dict[str, Any], bidders: list[dict[str, Any]], currency: str, values: Values
) -> Iterator[AwardRecord]:
    """The bid marked as the winner's; the card keeps bidders' names back."""
    day = values.dotted_day(values.text(value.get("result_date"), "result_date", 100), "result_date")
    for bidder in bidders:
        if not _WINNER.match(values.text(bidder.get("place"), "auction_info.participants.place", 100)):
            continue
        bid = values.comma_number(values.text(bidder.get("bid"), "bid", 100), "auction_info.participants.bid")
        yield AwardRecord(
            id="winner",
            value=Amount(bid, currency) if bid is not None else None,
            decided_on=day,
            bids_received=len(bidders),
        )


def _moment(values: Values, text: str) -> tuple[datetime | None, str]:
    if not text:
        return None, ""
    found = _TIME.fullmatch(text)
    if not found:
        values.remark("competition_end", "ambiguous-date", text)
        return None, text
    day, month, year, hour, minute, sign, distance = found.groups()
    hours = _MOSCOW + int(distance or 0) * (-1 if sign == "-" else 1)
    try:
        zone = timezone(timedelta(hours=hours))
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=zone)
    except ValueError:
        values.remark("competition_end", "ambiguous-date", text)
        return None, text
    return moment.astimezone(UTC), text
