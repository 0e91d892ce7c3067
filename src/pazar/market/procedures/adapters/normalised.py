"""JSON lines, one notice each, as two extracts give them: TED notices and OCDS releases."""

import json
import re
from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any, Final

from pazar.ground.codes.countries import alpha2
from pazar.market.procedures.rules.notice import AwardRecord, LotRecord, Notice, Party

from .cut import parse
from .reader import BrokenOff, Found, Limits, Place, Refusing
from .times import local_moment
from .values import Values

Json = dict[str, Any]  # a line's object
_TED: Final = re.compile(rb'"doc_ojs"\s*:')
_OCDS: Final = re.compile(rb'"release_id"\s*:')
_TED_ID: Final = re.compile(r"(\d{4})/S \d{1,3}-(\d{1,8})", re.ASCII)


class NormalisedReader:
    """See `Reader`."""

    name = "normalised"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def sniff(self, head: bytes, name: str) -> bool:
        lines = [line for line in head.split(b"\n", 50) if line.strip()]
        # the first line may be spoilt; a format shows in any of the first ones
        return any(line.lstrip()[:1] == b"{" and (_TED.search(line) or _OCDS.search(line)) for line in lines)

    def read(self, stream: BufferedIOBase, place: Place) -> Iterator[Found]:
        number = 0
        while line := stream.readline(self._limits.unit_bytes + 1):
            number += 1
            here = place.at(f"line {number}")
            try:
                if len(line) > self._limits.unit_bytes:
                    while line and not line.endswith(b"\n"):
                        line = stream.readline(1 << 20)
                    raise Refusing("too-large")
                if not line.strip():
                    continue
                if not line.endswith(b"\n"):
                    line = _whole(line)
                value = self._parse(line)
                if not isinstance(value, dict):
                    raise Refusing("not-an-object")
                yield here, ted(value, self._limits) if "doc_ojs" in value else ocds(value, self._limits)
            except BrokenOff:
                raise
            except Refusing as stop:
                yield here, stop.refused(here)

    def _parse(self, line: bytes) -> Any:  # any JSON value
        if line.count(b"[") + line.count(b"{") > self._limits.depth:  # else it can't be deep
            depth = deepest = 0
            for sign in re.finditer(rb'"(?:[^"\\]++|\\.)*+"|([{\[])|[}\]]', line):
                if sign[0][0] != 0x22:
                    depth += 1 if sign[1] else -1
                    deepest = max(deepest, depth)
            if deepest > self._limits.depth:
                raise Refusing("too-deep")
        return parse(line)


def _whole(line: bytes) -> bytes:
    """The last line, without line end: whole or cut off?"""
    if not line.rstrip().endswith(b"}"):
        raise Refusing("cut-short")
    return line


def ted(line: Json, limits: Limits) -> Notice:
    """A TED notice. Its times are local ones, as the EU's standard forms say ("local time")."""
    values = Values(limits)
    text = values.text
    found = _TED_ID.fullmatch(text(line.get("doc_ojs"), "doc_ojs", 100))
    if not found:
        raise Refusing("no-identity", "doc_ojs")
    number = f"{int(found[2]):06}-{found[1]}"
    country = alpha2(text(line.get("country"), "country", 100))
    regions = values.regions(line.get("nuts"), "nuts")
    deadline, deadline_text = local_moment(
        values, line.get("deadline"), country, (*regions, *_buyer_region(line)), "deadline"
    )
    cpv, _ = values.classify((("CPV", code) for code in values.many(line.get("cpv"), "cpv")), "cpv")
    lots = tuple(_ted_lot(lot, values) for lot in values.objects(line.get("lots"), "lots"))
    buyer = line.get("buyer")
    return Notice(
        source="ted",
        source_id=number,
        release_id=number,
        publisher="Tenders Electronic Daily",
        source_url=f"https://ted.europa.eu/en/notice/-/detail/{int(found[2])}-{found[1]}",
        language=text(line.get("language"), "language", 100).lower(),
        tags=ted_tags(str(line.get("document_type", ""))),
        buyer=_party(buyer, values, "buyer") if isinstance(buyer, dict) else None,
        title=values.title(line.get("title"), "title"),
        description=text(line.get("description"), "description"),
        reference=text(line.get("reference"), "reference", 500),
        method=text(line.get("procedure_code"), "procedure_code", 500),
        method_details=text(line.get("procedure"), "procedure", 2000),
        category=text(line.get("nature"), "nature", 500),
        value=values.amount(line.get("value_estimated"), "value_estimated")
        or values.amount(line.get("value_total"), "value_total"),
        published=text(line.get("published"), "published", 100),
        published_on=values.day(line.get("published"), "published"),
        deadline=deadline,
        deadline_text=deadline_text,
        cpv=cpv,
        regions=regions,
        lots=lots,
        awards=tuple(_ted_award(award, values) for award in values.objects(line.get("awards"), "awards")),
        remarks=tuple(values.remarks),
    )


def ted_tags(document_type: str) -> tuple[str, ...]:
    """What the notice is, in OCDS's words, from TED's English name of its document type."""
    kind = document_type.lower()
    if "award notice" in kind or "result" in kind or "ex ante" in kind:
        return ("award",)
    if "with call" in kind:
        return ("tender",)
    if "prior information" in kind or "buyer profile" in kind or "periodic indicative" in kind:
        return ("planning",)
    if "additional information" in kind or "corrigend" in kind:
        return ("tenderAmendment",)
    if "modification" in kind:
        return ("contractAmendment",)
    return ("tender",)


def _ted_lot(lot: Json, values: Values) -> LotRecord:
    cpv, _ = values.classify((("CPV", code) for code in values.many(lot.get("cpv"), "lots.cpv")), "lots.cpv")
    return LotRecord(
        number=values.text(lot.get("lot_no"), "lots.lot_no", 500),
        title=values.title(lot.get("title"), "lots.title"),
        description=values.text(lot.get("description"), "lots.description"),
        cpv=cpv,
        regions=values.regions(lot.get("nuts"), "lots.nuts"),
        value=values.amount(lot.get("value"), "lots.value"),
    )


def _ted_award(award: Json, values: Values) -> AwardRecord:
    lot = values.text(award.get("lot_no"), "awards.lot_no", 500)
    nobody = [values.text(word, "awards.not_awarded", 200) for word in values.many(award.get("not_awarded"), "")]
    return AwardRecord(
        title=values.title(award.get("title"), "awards.title"),
        status="unsuccessful" if nobody else "",
        lot_numbers=(lot,) if lot else (),
        suppliers=tuple(
            party
            for supplier in values.objects(award.get("suppliers"), "awards.suppliers")
            if (party := _party(supplier, values, "awards.suppliers"))
        ),
        value=values.amount(award.get("value"), "awards.value"),
        decided_on=values.day(award.get("date"), "awards.date"),
        bids_received=values.whole(award.get("tenders_received"), "awards.tenders_received"),
    )


def _party(party: Json, values: Values, field: str) -> Party | None:
    text = values.text
    name = text(party.get("name"), f"{field}.name", 2000)
    if not name:
        return None
    scheme = text(party.get("id_scheme"), f"{field}.id_scheme", 500)
    country = alpha2(text(party.get("country"), f"{field}.country", 200))
    if not country and re.match(r"[A-Z]{2}-[A-Z]", scheme):
        country = alpha2(scheme[:2])
    # in the OCDS lines an id without a scheme is the publisher's own mark, no register's number
    number = text(party.get("national_id") or (party.get("id") if scheme else None), f"{field}.id", 500)
    url = text(party.get("url"), f"{field}.url", 2000)
    return Party(
        name=name,
        country=country,
        number=number,
        number_scheme=scheme if number else "",
        address=text(party.get("address"), f"{field}.address", 2000),
        town=text(party.get("town"), f"{field}.town", 500),
        postal_code=text(party.get("postal_code"), f"{field}.postal_code", 100),
        region=text(party.get("nuts") or party.get("region"), f"{field}.region", 500),
        url=url if re.fullmatch(r"https?://\S+", url, re.IGNORECASE) else "",
    )


def _buyer_region(line: Json) -> tuple[str, ...]:
    buyer = line.get("buyer")
    region = buyer.get("nuts") if isinstance(buyer, dict) else None
    return (region,) if isinstance(region, str) else ()


def ocds(line: Json, limits: Limits) -> Notice:
    """A line made of an OCDS release."""
    values = Values(limits)
    text = values.text
    ocid = text(line.get("ocid"), "ocid", 500)
    if not ocid:
        raise Refusing("no-identity", "ocid")
    published_at, published = values.moment(line.get("date"), "date")
    deadline, deadline_text = values.moment(line.get("deadline"), "deadline")
    pairs = []
    for pair in values.many(line.get("classifications"), "classifications"):
        if isinstance(pair, list) and len(pair) == 2:
            pairs.append((pair[0], pair[1]))
        else:
            values.remark("classifications", "not-a-pair", json.dumps(pair, default=str)[:100])
    cpv, codes = values.classify(pairs, "classifications")
    buyer = line.get("buyer")
    lots = {
        values.text(lot.get("id"), "lots.id", 500) or f"\0{position}": lot
        for position, lot in enumerate(values.objects(line.get("lots"), "lots"))
    }
    return Notice(
        source="ocds",
        source_id=ocid,
        release_id=text(line.get("release_id"), "release_id", 1000) or published,
        publisher=text(line.get("publisher"), "publisher", 500),
        language=text(line.get("language"), "language", 100).lower(),
        tags=tuple(filter(None, (text(tag, "tag", 100) for tag in values.many(line.get("tag"), "tag")))),
        buyer=_party(buyer, values, "buyer") if isinstance(buyer, dict) else None,
        title=values.title(line.get("title"), "title"),
        description=text(line.get("description"), "description"),
        status=text(line.get("status"), "status", 500),
        method=text(line.get("procurement_method"), "procurement_method", 500),
        method_details=text(line.get("procurement_method_details"), "procurement_method_details", 2000),
        category=text(line.get("category"), "category", 500),
        value=values.amount(line.get("value"), "value"),
        published=published,
        published_at=published_at,
        published_on=Values(limits).day(published, "date"),
        deadline=deadline,
        deadline_text=deadline_text,
        cpv=cpv,
        codes=codes,
        lots=tuple(
            LotRecord(
                number="" if number.startswith("\0") else number,
                title=values.title(lot.get("title"), "lots.title"),
                description=values.text(lot.get("description"), "lots.description"),
                status=values.text(lot.get("status"), "lots.status", 500),
                value=values.amount(lot.get("value"), "lots.value"),
            )
            for number, lot in lots.items()
        ),
        awards=tuple(_ocds_award(award, values) for award in values.objects(line.get("awards"), "awards")),
        tenderers_count=values.whole(line.get("number_of_tenderers"), "number_of_tenderers"),
        remarks=tuple(values.remarks),
    )


def _ocds_award(award: Json, values: Values) -> AwardRecord:
    lots = (
        values.text(lot.get("lotId") if isinstance(lot, dict) else lot, "awards.lots", 500)
        for lot in values.many(award.get("lots"), "awards.lots")
    )
    return AwardRecord(
        id=values.text(award.get("id"), "awards.id", 500),
        status=values.text(award.get("status"), "awards.status", 500),
        lot_numbers=tuple(filter(None, lots)),
        suppliers=tuple(
            party
            for supplier in values.objects(award.get("suppliers"), "awards.suppliers")
            if (party := _party(supplier, values, "awards.suppliers"))
        ),
        value=values.amount(award.get("value"), "awards.value"),
        decided_on=values.day(award.get("date"), "awards.date"),
    )
