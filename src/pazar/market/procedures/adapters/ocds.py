"""OCDS 1.0 and 1.1: packages, records, releases, lists of them, several documents in a row."""

import re
from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any, Final

from pazar.ground.codes.countries import alpha2
from pazar.market.procedures.rules.notice import (
    AwardRecord,
    DocumentLink,
    ItemRecord,
    LotRecord,
    Notice,
    Party,
)

from .cut import Cutter, Unit, parse
from .reader import Found, Limits, Place, Refused, Refusing
from .values import Values

Json = dict[str, Any]  # an object of the standard, with whatever its publisher put in
_SIGNS: Final = re.compile(
    rb'"(?:ocid|releases|records|compiledRelease|tender|awards|contracts|packageInfo|initiationType)"\s*:'
)
_WEB: Final = re.compile(r"https?://\S+", re.IGNORECASE)


class OcdsReader:
    """See `Reader`. A record gives its compiled release, or all its releases where it has none compiled."""

    name = "ocds"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def sniff(self, head: bytes, name: str) -> bool:
        return head.lstrip(b" \t\r\n\x1e")[:1] in (b"{", b"[") and bool(_SIGNS.search(head))

    def read(self, stream: BufferedIOBase, place: Place) -> Iterator[Found]:
        header: tuple[bytes, Json] = b"", {}
        for unit in Cutter(stream, self._limits).units():
            here = place.at(unit.label)
            if unit.problem:
                yield here, Refused(here, unit.problem)
                continue
            if unit.header != header[0]:
                header = unit.header, _header(unit.header)
            try:
                yield from self._unit(unit, parse(unit.raw), header[1], here)
            except Refusing as stop:
                yield here, stop.refused(here)

    def _unit(self, unit: Unit, value: Any, package: Json, place: Place) -> Iterator[Found]:  # any JSON value
        if unit.kind == "rest":
            return  # parsed, so that what is broken beside the units is told too
        if not isinstance(value, dict):
            yield place, Refused(place, "not-an-object")
        elif "compiledRelease" in value or unit.kind == "records":
            yield from self._record(value, package, place)
        elif "releases" in value or "records" in value:  # a package inside a list, or a record that says its ocid
            yield from self._package(value, package, place)
        else:
            yield place, self._release(value, package, place)

    def _package(self, value: Json, package: Json, place: Place) -> Iterator[Found]:
        package = {
            **package,
            **{key: part for key, part in value.items() if key not in ("releases", "records")},
        }
        for key in ("releases", "records"):
            parts = value.get(key)
            for number, part in enumerate(parts if isinstance(parts, list) else [], 1):
                here = place.at(" › ".join(s for s in (place.unit, f"{key[:-1]} {number}") if s))
                try:
                    yield from self._unit(Unit(key, here.unit, b""), part, package, here)
                except Refusing as stop:
                    yield here, stop.refused(here)

    def _record(self, record: Json, package: Json, place: Place) -> Iterator[Found]:
        compiled = record.get("compiledRelease")
        if isinstance(compiled, dict):
            yield (
                place,
                self._release({"ocid": record.get("ocid"), **compiled}, {**package, **_about(record)}, place),
            )
            return
        releases = record.get("releases")
        whole = 0
        for number, release in enumerate(releases if isinstance(releases, list) else [], 1):
            if isinstance(release, dict) and "url" in release and "tag" not in release and "tender" not in release:
                continue  # a link to a release; nobody follows it here
            whole += 1
            here = place.at(" › ".join(s for s in (place.unit, f"release {number}") if s))
            if isinstance(release, dict):
                yield here, self._release({"ocid": record.get("ocid"), **release}, package, here)
            else:
                yield here, Refused(here, "not-an-object")
        if not whole:
            yield place, Refused(place, "only-links", "releases")

    def _release(self, release: Json, package: Json, place: Place) -> Notice | Refused:
        try:
            return notice(release, package, self._limits)
        except Refusing as stop:
            return stop.refused(place)


def notice(release: Json, package: Json, limits: Limits) -> Notice:
    """One release as a notice. Raises Refusing where it has no identity or a value nobody could keep."""
    values = Values(limits)
    text = values.text
    tags = values.many(release.get("tag"), "tag")
    first = values.many(release.get("initiationType"), "initiationType") or tags
    if first and isinstance(first[0], dict) and "releaseDate" in first[0]:
        raise Refusing("versioned-release")
    ocid = text(release.get("ocid"), "ocid", 500)
    if not ocid:
        raise Refusing("no-identity", "ocid")
    tender = _object(release.get("tender"), "tender", values)
    parties = _parties(release, values)
    published_at, published = values.moment(release.get("date"), "date")
    period = _object(tender.get("tenderPeriod"), "tender.tenderPeriod", values)
    deadline, deadline_text = values.moment(period.get("endDate"), "tender.tenderPeriod.endDate")
    if deadline:
        opens, _ = Values(limits).moment(period.get("startDate"), "")
        if opens and opens > deadline:
            values.remark("tender.tenderPeriod", "reversed-period", f"{period['startDate']} – {deadline_text}")
    cpv, codes = values.classify(_classes(tender, values, "tender"), "tender.classification")
    own, by_lot = _items(tender.get("items"), values, "tender.items")
    publisher = package.get("publisher")
    release_id = text(release.get("id"), "id", 1000)
    return Notice(
        source="ocds",
        source_id=ocid,
        release_id=release_id or published,
        publisher=text(publisher.get("name"), "publisher.name", 500) if isinstance(publisher, dict) else "",
        source_url=_link(release, tender, package),
        language=text(release.get("language"), "language", 100).lower(),
        tags=tuple(filter(None, (text(tag, "tag", 100) for tag in tags))),
        buyer=_buyer(release, tender, parties, values),
        title=values.title(tender.get("title"), "tender.title"),
        description=text(tender.get("description"), "tender.description"),
        status=text(tender.get("status"), "tender.status", 500),
        method=text(tender.get("procurementMethod"), "tender.procurementMethod", 500),
        method_details=text(tender.get("procurementMethodDetails"), "tender.procurementMethodDetails", 2000),
        category=text(tender.get("mainProcurementCategory"), "tender.mainProcurementCategory", 500),
        value=values.amount(tender.get("value"), "tender.value"),
        published=published,
        published_at=published_at,
        published_on=Values(limits).day(published, "date"),
        deadline=deadline,
        deadline_text=deadline_text,
        cpv=cpv,
        codes=codes,
        items=own,
        lots=_lots(tender, by_lot, values),
        awards=_awards(release, parties, values),
        tenderers_count=values.whole(tender.get("numberOfTenderers"), "tender.numberOfTenderers"),
        documents=_documents(tender.get("documents"), values),
        remarks=tuple(values.remarks),
    )


def _header(raw: bytes) -> Json:
    """What stands in a package before its units: `raw` ends with the bracket that opens them."""
    try:
        value = parse(raw + b"]}") if raw else {}
    except Refusing:
        return {}  # told when the rest of the package is read
    return value if isinstance(value, dict) else {}


def _about(record: Json) -> Json:
    return {key: record[key] for key in ("publisher", "uri") if key in record}


def _object(value: Any, field: str, values: Values) -> Json:  # any JSON value
    if isinstance(value, dict):
        return value
    if value is not None:
        values.remark(field, "not-an-object", value)
    return {}


def _classes(thing: Json, values: Values, field: str) -> Iterator[tuple[Any, Any]]:  # any JSON values
    first = thing.get("classification")
    if isinstance(first, dict):
        yield first.get("scheme"), first.get("id")
    for more in values.objects(thing.get("additionalClassifications"), f"{field}.additionalClassifications"):
        yield more.get("scheme"), more.get("id")


def _items(value: Any, values: Values, field: str) -> tuple[tuple[ItemRecord, ...], dict[str, list[ItemRecord]]]:
    """Items of no lot, and those of each lot."""
    own: list[ItemRecord] = []
    by_lot: dict[str, list[ItemRecord]] = {}
    for item in values.objects(value, field):
        cpv, codes = values.classify(_classes(item, values, field), f"{field}.classification")
        unit = item.get("unit")
        record = ItemRecord(
            description=values.text(item.get("description"), f"{field}.description"),
            cpv=cpv,
            codes=codes,
            quantity=values.number(item.get("quantity"), f"{field}.quantity"),
            unit=values.text(unit.get("name") or unit.get("id"), f"{field}.unit", 500)
            if isinstance(unit, dict)
            else values.text(unit, f"{field}.unit", 500),
        )
        lot = values.text(item.get("relatedLot"), f"{field}.relatedLot", 500)
        (by_lot.setdefault(lot, []) if lot else own).append(record)
    return tuple(own), by_lot


def _lots(tender: Json, items: dict[str, list[ItemRecord]], values: Values) -> tuple[LotRecord, ...]:
    lots: dict[str, LotRecord] = {}
    for position, lot in enumerate(values.objects(tender.get("lots"), "tender.lots"), 1):
        number = values.text(lot.get("id"), "tender.lots.id", 500)
        if number in lots:
            values.remark("tender.lots.id", "double-lot", number)
            continue
        of_lot = tuple(items.pop(number, ())) if number else ()
        own, _ = values.classify(_classes(lot, values, "tender.lots"), "tender.lots.classification")
        lots[number or f"\0{position}"] = LotRecord(
            number=number,
            title=values.title(lot.get("title"), "tender.lots.title"),
            description=values.text(lot.get("description"), "tender.lots.description"),
            status=values.text(lot.get("status"), "tender.lots.status", 500),
            cpv=tuple(dict.fromkeys([*own, *(code for item in of_lot for code in item.cpv)])),
            value=values.amount(lot.get("value"), "tender.lots.value"),
            items=of_lot,
        )
    # items of a lot that isn't described: the lot is known by its mark alone
    for number, of_lot_only in items.items():
        cpv = tuple(dict.fromkeys(code for item in of_lot_only for code in item.cpv))
        values.remark("tender.items.relatedLot", "lot-not-described", number)
        lots[number] = LotRecord(number=number, cpv=cpv, items=tuple(of_lot_only))
    return tuple(lots.values())


def _awards(release: Json, parties: dict[str, Json], values: Values) -> tuple[AwardRecord, ...]:
    awards: list[AwardRecord] = []
    for award in values.objects(release.get("awards"), "awards"):
        suppliers = (
            _party(supplier, parties, values, "awards.suppliers")
            for supplier in values.objects(award.get("suppliers"), "awards.suppliers")
        )
        lots = [
            values.text(lot.get("lotId") or lot.get("id") if isinstance(lot, dict) else lot, "awards.relatedLots", 500)
            for lot in [*values.many(award.get("relatedLots"), "awards.relatedLots"), award.get("lotID")]
        ]
        awards.append(
            AwardRecord(
                id=values.text(award.get("id"), "awards.id", 500),
                title=values.title(award.get("title"), "awards.title"),
                status=values.text(award.get("status"), "awards.status", 500),
                lot_numbers=tuple(filter(None, lots)),
                suppliers=tuple(supplier for supplier in suppliers if supplier),
                value=values.amount(award.get("value"), "awards.value"),
                decided_on=values.day(award.get("date"), "awards.date"),
            )
        )
    return tuple(awards)


def _parties(release: Json, values: Values) -> dict[str, Json]:
    return {
        str(party["id"]): party
        for party in values.objects(release.get("parties"), "parties")
        if isinstance(party.get("id"), str | int)
    }


def _buyer(release: Json, tender: Json, parties: dict[str, Json], values: Values) -> Party | None:
    buyer = release.get("buyer")
    if isinstance(buyer, dict):
        found = _party(buyer, parties, values, "buyer")
        if found:
            return found
    for party in parties.values():
        if "buyer" in values.many(party.get("roles"), "parties.roles"):
            return _party(party, parties, values, "parties")
    entity = tender.get("procuringEntity")
    return _party(entity, parties, values, "tender.procuringEntity") if isinstance(entity, dict) else None


def _party(named: Json, parties: dict[str, Json], values: Values, field: str) -> Party | None:
    """The organisation with what the list of parties adds to it; None where it has not even a name."""
    listed = parties.get(str(named.get("id")), {})
    identifier = named.get("identifier") or listed.get("identifier")
    identifier = identifier if isinstance(identifier, dict) else {}
    address = named.get("address") or listed.get("address")
    address = address if isinstance(address, dict) else {}
    text = values.text
    name = text(named.get("name") or listed.get("name") or identifier.get("legalName"), f"{field}.name", 2000)
    if not name:
        return None
    number = text(identifier.get("id"), f"{field}.identifier.id", 500)
    scheme = text(identifier.get("scheme"), f"{field}.identifier.scheme", 500)
    country = alpha2(text(address.get("countryName"), f"{field}.address.countryName", 500))
    if not country and re.match(r"[A-Z]{2}-[A-Z]", scheme):
        country = alpha2(scheme[:2])  # org-id.guide: the list of that country
    return Party(
        name=name,
        country=country,
        number=number,
        number_scheme=scheme if number else "",
        address=text(address.get("streetAddress"), f"{field}.address.streetAddress", 2000),
        town=text(address.get("locality"), f"{field}.address.locality", 500),
        postal_code=text(address.get("postalCode"), f"{field}.address.postalCode", 100),
        region=text(address.get("region"), f"{field}.address.region", 500),
    )


def _documents(value: Any, values: Values) -> tuple[DocumentLink, ...]:  # any JSON value
    links: dict[str, DocumentLink] = {}
    for document in values.objects(value, "tender.documents"):
        url = values.text(document.get("url"), "tender.documents.url", 4000)
        if _WEB.fullmatch(url):
            links[url] = DocumentLink(
                url=url,
                title=values.text(document.get("title"), "tender.documents.title", 2000),
                kind=values.text(document.get("documentType"), "tender.documents.documentType", 500),
            )
    return tuple(links.values())


def _link(release: Json, tender: Json, package: Json) -> str:
    """The notice on the publisher's own site where it is named, else the package it came in."""
    documents = tender.get("documents")
    notices = [
        document.get("url")
        for document in (documents if isinstance(documents, list) else [])
        if isinstance(document, dict) and document.get("documentType") == "tenderNotice"
    ]
    info = release.get("packageInfo")
    package = {**package, **info} if isinstance(info, dict) else package
    for url in (*notices, release.get("url"), release.get("urlSECOP"), package.get("uri")):
        if isinstance(url, str) and len(url) <= 2000 and _WEB.fullmatch(url.strip()):
            return url.strip()
    return ""
