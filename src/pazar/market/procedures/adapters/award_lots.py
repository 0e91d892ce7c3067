"""Award lots of TED as one public extract gives them: a JSON list, a lot each, joined here by the notice's number."""

import re
from collections.abc import Iterator
from decimal import Decimal
from io import BufferedIOBase
from typing import Any, Final

from pazar.ground.codes.countries import alpha2
from pazar.market.procedures.rules.notice import Amount, AwardRecord, LotRecord, Notice, Party

from .cut import Cutter, parse
from .reader import Found, Limits, Place, Refusing
from .ted import address
from .values import LARGEST, Values

_SIGNS: Final = (re.compile(rb'"notice_id"\s*:'), re.compile(rb'"lot_value_eur"\s*:'))
_MISSING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|\bNaN\b', re.DOTALL)
_ID: Final = re.compile(r"(20\d{2})(\d{1,8})", re.ASCII)


def _null(found: "re.Match[bytes]") -> bytes:
    """pandas, which wrote the extract, writes NaN where nothing is known."""
    return b"null" if found[0] == b"NaN" else found[0]


class AwardLotsReader:
    """See `Reader`."""

    name = "award-lots"

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
                value = parse(_MISSING.sub(_null, unit.raw))
                if not isinstance(value, dict):
                    raise Refusing("not-an-object")
                yield here, lot(value, self._limits)
            except Refusing as stop:
                yield here, stop.refused(here)


def lot(value: dict[str, Any], limits: Limits) -> Notice:
    """One lot of an award notice. Its sums are in euro, converted by whoever made the extract."""
    values = Values(limits)
    text = values.text
    found = _ID.fullmatch(text(value.get("notice_id"), "notice_id", 40))
    if not found:
        raise Refusing("no-identity", "notice_id")
    number = f"{int(found[2]):06}-{found[1]}"
    mark = text(value.get("lot_number"), "lot_number", 40)
    cpv, _ = values.classify([("CPV", value.get("cpv_code"))], "cpv_code")
    buyer = text(value.get("buyer_name"), "buyer_name", 2000)
    winner = text(value.get("winner_name"), "winner_name", 2000)
    published = text(value.get("publication_date"), "publication_date", 40)
    return Notice(
        source="ted",
        source_id=number,
        release_id=f"{number}/{mark}",
        publisher="Tenders Electronic Daily",
        source_url=address(number),
        tags=("award",),
        buyer=Party(name=buyer, country=alpha2(text(value.get("buyer_country"), "buyer_country", 40)))
        if buyer
        else None,
        value=_euro(values, value, "total_contract_value_eur"),
        published=published,
        published_on=values.day(published, "publication_date") if published else None,
        lots=(LotRecord(number=mark, cpv=cpv, value=_euro(values, value, "lot_value_eur")),),
        awards=(
            AwardRecord(
                id=f"{number}/{mark}",
                lot_numbers=(mark,) if mark else (),
                suppliers=(
                    Party(
                        name=winner,
                        country=alpha2(text(value.get("winner_country"), "winner_country", 40)),
                        region=text(value.get("winner_nuts"), "winner_nuts", 40),
                    ),
                )
                if winner
                else (),
                value=_euro(values, value, "lot_value_eur"),
                decided_on=values.day(value.get("award_date"), "award_date"),
                bids_received=values.whole(value.get("number_of_offers"), "number_of_offers"),
            ),
        ),
        remarks=tuple(values.remarks),
    )


def _euro(values: Values, value: dict[str, Any], field: str) -> Amount | None:
    """The sum to the cent: what stands behind it are remains of the extract's own conversion."""
    number = value.get(field)
    if isinstance(number, Decimal) and abs(number) < LARGEST:
        number = round(number, 2)
    return values.amount({"amount": number, "currency": "EUR"}, field) if number is not None else None
