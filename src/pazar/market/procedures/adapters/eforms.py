"""eForms, the EU's notices since 2022, in UBL 2.3: planning, competition, results, changes, modifications.

Fields are found where the eForms SDK places them and named by their BT numbers. Texts are taken in the notice's first
language (BT-702). Moments carry an offset; a date and its time stand in two elements.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from io import BufferedIOBase
from typing import Final

from pazar.ground.codes.countries import alpha2
from pazar.market.procedures.rules.notice import (
    Amount,
    AwardRecord,
    DocumentLink,
    ItemRecord,
    LotRecord,
    Notice,
    Party,
)

from . import xml
from .reader import Found, Limits, Place, Refusing
from .ted import address, canonical
from .values import Values
from .xml import Element, local, words

_SPACES: Final = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
    "efext": "http://data.europa.eu/p27/eforms-ubl-extensions/1",
    "efac": "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1",
    "efbc": "http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1",
}
_ROOTS: Final = {"ContractNotice", "ContractAwardNotice", "PriorInformationNotice"}
_NO_PROCEDURE: Final = "BusinessRegistrationInformationNotice"
_EXTENSION: Final = "ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"
_TAGS: Final = {
    "planning": "planning",
    "competition": "tender",
    "result": "award",
    "dir-awa-pre": "award",
    "cont-modif": "contractAmendment",
    "completion": "contractTermination",
    "change": "tenderAmendment",
}
_OUTCOMES: Final = {"selec-w": "active", "open-nw": "pending", "clos-nw": "unsuccessful"}
_DEADLINES: Final = (
    ("BT-131", "cac:TenderingProcess/cac:TenderSubmissionDeadlinePeriod"),
    ("BT-1311", "cac:TenderingProcess/cac:ParticipationRequestReceptionPeriod"),
    ("BT-630", f"cac:TenderingProcess/{_EXTENSION}/efac:InterestExpressionReceptionPeriod"),
)
_ZONE: Final = re.compile(r"(?:Z|[+-]\d{2}:\d{2})\Z", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_VERSION: Final = re.compile(r"-\d{2}\Z", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_WEB: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_UNION_CODES: Final = {"GR": "EL", "GB": "UK"}


class EformsReader:
    """See `Reader`."""

    name = "eforms"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def sniff(self, head: bytes, name: str) -> bool:
        root = xml.root_name(head)
        return (root in _ROOTS or root == _NO_PROCEDURE) and b"urn:oasis:names:specification:ubl:schema:xsd" in head

    def read(self, stream: BufferedIOBase, place: Place) -> Iterator[Found]:
        yield from xml.one(stream, place, self._limits, lambda root: notice(root, self._limits))


def notice(root: Element, limits: Limits) -> Notice:
    """The notice of this root. Raises Refusing where it names neither itself nor its procedure."""
    if local(root) not in _ROOTS:
        raise Refusing("not-a-procedure", local(root))
    return _Eforms(root, limits).notice()


@lru_cache(maxsize=1024)
def _path(names: str) -> str:
    return re.sub(r"(\w+):", lambda found: f"{{{_SPACES[found[1]]}}}", names)


@lru_cache(maxsize=256)
def _language(code: str) -> str:
    """ISO 639-1 of a three-letter code, as the other formats write languages."""
    import pycountry

    found = pycountry.languages.get(alpha_3=code.lower()) if len(code) == 3 else None
    return getattr(found, "alpha_2", "") or ""


def _find(element: Element | None, names: str) -> Element | None:
    return element.find(_path(names)) if element is not None else None


def _all(element: Element | None, names: str) -> list[Element]:
    return element.findall(_path(names)) if element is not None else []


class _Eforms:
    def __init__(self, root: Element, limits: Limits) -> None:
        self._root = root
        self._values = Values(limits)
        self._extensions = _all(root, _EXTENSION)
        self._language = words(_find(root, "cbc:NoticeLanguageCode")).upper()
        self._organisations: dict[str, Element] = {}
        for organisation in self._extended("efac:Organizations/efac:Organization/efac:Company"):
            for mark in _all(organisation, "cac:PartyIdentification/cbc:ID"):
                self._organisations.setdefault(words(mark), organisation)

    # Finding

    def _extended(self, names: str) -> list[Element]:
        return [found for extension in self._extensions for found in _all(extension, names)]

    def _text(self, element: Element | None, names: str, field: str, limit: int = 2000) -> str:
        """The text in the notice's language, else the first; line ends inside are kept."""
        found = _all(element, names)
        if not found:
            return ""
        chosen = found[0]
        if len(found) > 1 and self._language:
            chosen = next((part for part in found if part.get("languageID") == self._language), chosen)
        return self._values.text(chosen.text or "", field, limit)

    def _amount(self, element: Element | None, names: str, field: str) -> Amount | None:
        found = _find(element, names)
        if found is None:
            return None
        return self._values.amount({"amount": words(found) or None, "currency": found.get("currencyID")}, field)

    def _moment(self, element: Element | None, day: str, time: str) -> str:
        """A date and a time of two elements as one text; the offset is the time's, else the date's."""
        date = words(_find(element, day))
        clock = words(_find(element, time))
        if not _DAY.match(date) or not clock:
            return date
        offset = _ZONE.search(date[10:])
        return f"{date[:10]}T{clock}" + (offset[0] if offset and not _ZONE.search(clock) else "")

    def _cpv(self, project: Element | None) -> tuple[str, ...]:
        codes = (
            *_all(project, "cac:MainCommodityClassification/cbc:ItemClassificationCode"),
            *_all(project, "cac:AdditionalCommodityClassification/cbc:ItemClassificationCode"),
        )
        pairs = ((code.get("listName") or "cpv", words(code)) for code in codes)
        return self._values.classify(pairs, "BT-262")[0]

    def _regions(self, project: Element | None) -> tuple[str, ...]:
        found: list[str] = []
        for place in _all(project, "cac:RealizedLocation/cac:Address"):
            code = words(_find(place, "cbc:CountrySubentityCode"))
            country = alpha2(words(_find(place, "cac:Country/cbc:IdentificationCode")))
            if code or country:
                found.append(code or _UNION_CODES.get(country, country))
        return self._values.regions(found, "BT-5071")

    # The whole

    def notice(self) -> Notice:
        root, values = self._root, self._values
        own = words(_find(root, "cbc:ID")).lower()
        folder = words(_find(root, "cbc:ContractFolderID")).lower()
        if not (own or folder):
            raise Refusing("no-identity", "BT-701")
        if len(own) > 200 or len(folder) > 200:
            raise Refusing("text-too-long", "BT-701", length=str(max(len(own), len(folder))))
        version = self._text(root, "cbc:VersionID", "BT-757", 20) or "01"
        kind = _find(root, "cbc:NoticeTypeCode")
        changed = [words(part) for part in self._extended("efac:Changes/efbc:ChangedNoticeIdentifier")]
        modified = [words(part) for part in self._extended("efac:ContractModification/efbc:ChangedNoticeIdentifier")]
        tags = self._tags(kind, bool(changed))
        planned = [words(part) for part in root.iter(_path("cac:NoticeDocumentReference"))
                   for part in _all(part, "cbc:ID")]  # fmt: skip
        about = [*changed, *modified, *(planned if "award" in tags or "contractAmendment" in tags else ())]
        number = canonical(next(map(words, self._extended("efac:Publication/efbc:NoticePublicationID")), ""))
        base = _known(changed[0] if changed else modified[0] if modified else own) or own

        project = _find(root, "cac:ProcurementProject")
        lots = [
            lot
            for lot in _all(root, "cac:ProcurementProjectLot")
            if (mark := _find(lot, "cbc:ID")) is None or (not (mark.get("schemeName") or "").endswith("Group")
            and not words(mark).startswith(("GLO-", "GPA-")))
        ]  # fmt: skip
        deadline, deadline_text = self._deadline(lots)
        published = self._moment(root, "cbc:IssueDate", "cbc:IssueTime")
        published_at, _ = Values().moment(published, "BT-05")
        day = next(map(words, self._extended("efac:Publication/efbc:PublicationDate")), "") or published[:10]
        earlier = dict.fromkeys(filter(None, map(canonical, planned)))
        return Notice(
            source="eforms",
            source_id=folder or own,
            release_id=f"{own or folder}-{version}",
            joins=tuple(
                dict.fromkeys(
                    [
                        *((f"eforms-notice:{own}",) if own else ()),
                        *((f"ted:{number}",) if number else ()),
                        *(key for text in about if (key := _key(text))),
                    ]
                )
            ),
            publisher="Tenders Electronic Daily",
            source_url=address(number) if number else "",
            language=_language(self._language),
            tags=tags,
            buyer=self._buyer(),
            title=self._text(project, "cbc:Name", "BT-21", values.title_length),
            description=self._text(project, "cbc:Description", "BT-24", 0),
            reference=self._text(project, "cbc:ID", "BT-22", 500),
            method=self._text(root, "cac:TenderingProcess/cbc:ProcedureCode", "BT-105", 200),
            category=self._text(project, "cbc:ProcurementTypeCode", "BT-23", 200),
            value=self._amount(project, "cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount", "BT-27")
            or next(
                filter(None, (self._amount(part, "cbc:TotalAmount", "BT-161") for part in self._results())),
                None,
            ),
            published=published,
            published_at=published_at,
            published_on=values.day(day, "BT-05") if day else None,
            deadline=deadline,
            deadline_text=deadline_text,
            cpv=self._cpv(project),
            regions=self._regions(project),
            lots=self._lots(lots),
            awards=tuple(award for result in self._results() for award in self._awards(result, base)),
            documents=(
                *self._documents(lots),
                *(
                    DocumentLink(url=address(found), title=found, kind="priorNotice")
                    for found in (earlier if "tender" in tags else ())
                ),
            ),
            remarks=tuple(values.remarks),
        )

    def _tags(self, kind: Element | None, changed: bool) -> tuple[str, ...]:
        form = (kind.get("listName") or "") if kind is not None else ""
        first = _TAGS.get(form) or {
            "ContractAwardNotice": "award",
            "PriorInformationNotice": "planning",
        }.get(local(self._root), "tender")
        tags = dict.fromkeys((first,))
        if changed:
            tags["tenderAmendment"] = None
            # BT-140: the procedure is given up, by the notice that says so
            reasons = self._extended("efac:Changes/efac:ChangeReason/cbc:ReasonCode")
            if any(words(reason) == "cancel" for reason in reasons):
                tags["tenderCancellation"] = None
        return tuple(tags)

    def _buyer(self) -> Party | None:
        for mark in _all(self._root, "cac:ContractingParty/cac:Party/cac:PartyIdentification/cbc:ID"):
            if party := self._party(words(mark)):
                return party
        return None

    def _party(self, mark: str) -> Party | None:
        company = self._organisations.get(mark)
        if company is None:
            return None
        name = self._text(company, "cac:PartyName/cbc:Name", "BT-500")
        if not name:
            return None
        place = _find(company, "cac:PostalAddress")
        country = alpha2(words(_find(place, "cac:Country/cbc:IdentificationCode")))
        lines = (
            self._text(place, line, "BT-510", 1000)
            for line in ("cbc:StreetName", "cbc:AdditionalStreetName", "cac:AddressLine/cbc:Line")
        )
        url = self._text(company, "cbc:WebsiteURI", "BT-505")
        return Party(
            name=name,
            country=country,
            number=self._text(company, "cac:PartyLegalEntity/cbc:CompanyID", "BT-501", 500),
            address=", ".join(filter(None, lines)),
            town=self._text(place, "cbc:CityName", "BT-513", 500),
            postal_code=self._text(place, "cbc:PostalZone", "BT-512", 100),
            region=self._text(place, "cbc:CountrySubentityCode", "BT-507", 100),
            url=url if _WEB.fullmatch(url) else "",
        )

    def _deadline(self, lots: list[Element]) -> tuple[datetime | None, str]:
        """The time limit of the lots. Where theirs differ the first is the procedure's and all are told."""
        for field, names in _DEADLINES:
            texts = dict.fromkeys(
                text
                for place in (*lots, self._root)
                for period in _all(place, names)
                if (text := self._moment(period, "cbc:EndDate", "cbc:EndTime"))
            )
            if not texts:
                continue
            moments: dict[datetime, str] = {}
            for text in texts:
                if "T" not in text:
                    self._values.remark(field, "date-without-time", text)
                    continue
                moment, _ = self._values.moment(text, field)
                if moment:
                    moments.setdefault(moment, text)
            if len(moments) > 1:
                self._values.remark(field, "several-deadlines", ", ".join(texts))
            if moments:
                first = min(moments)
                return first.astimezone(UTC), moments[first]
            return None, next(iter(texts))
        return None, ""

    def _lots(self, lots: list[Element]) -> tuple[LotRecord, ...]:
        made: dict[str, LotRecord] = {}
        for position, lot in enumerate(lots):
            project = _find(lot, "cac:ProcurementProject")
            mark = self._text(lot, "cbc:ID", "BT-137", 500)
            if mark and mark in made:
                self._values.remark("BT-137", "double-lot", mark)
                continue
            made[mark or f"\0{position}"] = LotRecord(
                number=mark,
                title=self._text(project, "cbc:Name", "BT-21", self._values.title_length),
                description=self._text(project, "cbc:Description", "BT-24", 0),
                cpv=self._cpv(project),
                regions=self._regions(project),
                value=self._amount(project, "cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount", "BT-27"),
                items=self._quantity(project),
            )
        return tuple(made.values())

    def _quantity(self, project: Element | None) -> tuple[ItemRecord, ...]:
        """BT-25, where a lot says how many."""
        quantity = _find(project, "cbc:EstimatedOverallContractQuantity")
        if quantity is None:
            return ()
        number = self._values.number(words(quantity), "BT-25")
        if number is None or number < 0:
            return ()
        title = self._text(project, "cbc:Name", "BT-21", self._values.title_length)
        unit = (quantity.get("unitCode") or "")[:100]
        return (ItemRecord(description=title, cpv=self._cpv(project)[:1], quantity=number, unit=unit),)

    def _documents(self, lots: Iterable[Element]) -> tuple[DocumentLink, ...]:
        links: dict[str, DocumentLink] = {}
        for lot in (*lots, self._root):
            for reference in _all(lot, "cac:TenderingTerms/cac:CallForTendersDocumentReference"):
                url = self._text(reference, "cac:Attachment/cac:ExternalReference/cbc:URI", "BT-15", 4000)
                if _WEB.fullmatch(url):
                    links.setdefault(url, DocumentLink(url=url, kind="biddingDocuments"))
        return tuple(links.values())

    # Results

    def _results(self) -> list[Element]:
        return self._extended("efac:NoticeResult")

    def _awards(self, result: Element, base: str) -> Iterator[AwardRecord]:
        """Each lot's decision; where several tenders of one lot won (a framework), each of them."""
        tenders = {words(_find(part, "cbc:ID")): part for part in _all(result, "efac:LotTender")}
        parties = {words(_find(part, "cbc:ID")): part for part in _all(result, "efac:TenderingParty")}
        contracts = {words(_find(part, "cbc:ID")): part for part in _all(result, "efac:SettledContract")}
        for position, decision in enumerate(_all(result, "efac:LotResult"), 1):
            mark = self._text(decision, "cbc:ID", "OPT-322", 200) or str(position)
            outcome = words(_find(decision, "cbc:TenderResultCode"))
            lot = self._text(decision, "efac:TenderLot/cbc:ID", "BT-13713", 500)
            signed = [
                contract
                for reference in _all(decision, "efac:SettledContract/cbc:ID")
                if (contract := contracts.get(words(reference))) is not None
            ]
            listed = {words(reference) for reference in _all(decision, "efac:LotTender/cbc:ID")}
            winners = self._winners(listed, tenders, signed) if outcome in ("selec-w", "") else []
            received = self._received(decision)
            for tender, contract in winners or [("", signed[0] if signed else None)]:
                found = tenders.get(tender)
                party = parties.get(words(_find(found, "efac:TenderingParty/cbc:ID")))
                day = words(_find(contract, "cbc:AwardDate")) or words(_find(contract, "cbc:IssueDate"))
                yield AwardRecord(
                    id="/".join(filter(None, (base, mark, tender if len(winners) > 1 else ""))),
                    title=self._text(contract, "cbc:Title", "BT-721", self._values.title_length),
                    status=_OUTCOMES.get(outcome, outcome[:100]),
                    lot_numbers=(lot,) if lot else (),
                    suppliers=tuple(
                        supplier
                        for tenderer in _all(party, "efac:Tenderer/cbc:ID")
                        if (supplier := self._party(words(tenderer)))
                    ),
                    value=self._amount(found, "cac:LegalMonetaryTotal/cbc:PayableAmount", "BT-720"),
                    decided_on=self._values.day(day, "BT-1451") if day else None,
                    bids_received=received,
                )

    def _winners(
        self, listed: set[str], tenders: dict[str, Element], signed: list[Element]
    ) -> list[tuple[str, Element | None]]:
        """The tenders that contracts name, else those ranked first, else all that the decision lists."""
        by_contract = [
            (mark, contract)
            for contract in signed
            for reference in _all(contract, "efac:LotTender/cbc:ID")
            if (mark := words(reference)) in listed
        ]
        if by_contract:
            return list(dict(by_contract).items())
        ordered = [mark for mark in tenders if mark in listed]
        first = [mark for mark in ordered if words(_find(tenders[mark], "cbc:RankCode")) == "1"]
        return [(mark, None) for mark in first or ordered]

    def _received(self, decision: Element) -> int | None:
        for statistics in _all(decision, "efac:ReceivedSubmissionsStatistics"):
            if words(_find(statistics, "efbc:StatisticsCode")) == "tenders":
                return self._values.whole(words(_find(statistics, "efbc:StatisticsNumeric")), "BT-759")
        return None


def _known(text: str) -> str:
    """The notice a reference means, without its version."""
    mark = _VERSION.sub("", text.strip().lower())
    return mark if _UUID.fullmatch(mark) else canonical(text)


def _key(text: str) -> str:
    mark = _known(text)
    if not mark:
        return ""
    return f"eforms-notice:{mark}" if _UUID.fullmatch(mark) else f"ted:{mark}"
