"""TED's own XML of 2014 to 2023 (R2.0.8 and R2.0.9): the standard forms F01 to F25, T01, T02 and the older layout that
the defence forms 16 to 19 kept.

Coded data say what the notice is, when it was published and which codes it bears; the form in the original language
says the rest. Dates have one order each, fixed by the schema: YYYYMMDD in coded data, YYYY-MM-DD in the forms of 2014,
DAY, MONTH and YEAR apart in the older ones.
"""

import re
from collections.abc import Iterator
from datetime import date
from io import BufferedIOBase
from typing import Final, NamedTuple

from pazar.ground.codes.countries import alpha2
from pazar.market.procedures.rules.notice import (
    Amount,
    AwardRecord,
    DocumentLink,
    LotRecord,
    Notice,
    Party,
)

from . import xml
from .normalised import ted_tags
from .reader import Found, Limits, Place, Refusing
from .times import local_moment
from .values import Values
from .xml import Element, local, path, words

_NUMBER: Final = re.compile(r"(\d{4})/S\s*\d{1,3}\s*-\s*(\d{1,8})", re.ASCII)
_DOC_ID: Final = re.compile(r"(\d{1,8})[-_](\d{4})", re.ASCII)
_CODED_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?: (\d{2}:\d{2}))?", re.ASCII)
_WEB: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_JOINING: Final = {"award", "tenderAmendment", "contractAmendment"}
"""Notices that are about the procedure of an earlier one. What a call names is a notice of planning, which may
precede several procedures."""
_METHODS: Final = {
    "NEGOTIATED_WITH_PRIOR_CALL": "negotiated_with_call",
    "INNOVATION_PARTNERSHIP": "innovation",
    "AWARD_CONTRACT_WITHOUT_CALL": "award_without_call",
    "AWARD_CONTRACT_WITH_PRIOR_PUBLICATION": "award_with_prior_publication",
    "AWARD_CONTRACT_WITHOUT_PUBLICATION": "award_without_publication",
}
_LOTS_BEFORE_2014: Final = re.compile(r"(?:F\d\d_)?ANNEX_B(?:_\w+)?|LOT_PRIOR_INFORMATION")


class TedReader:
    """See `Reader`."""

    name = "ted"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def sniff(self, head: bytes, name: str) -> bool:
        return xml.root_name(head) == "TED_EXPORT"

    def read(self, stream: BufferedIOBase, place: Place) -> Iterator[Found]:
        yield from xml.one(stream, place, self._limits, lambda root: notice(root, self._limits))


def canonical(text: str) -> str:
    """The number of a publication as "000050-2020", from how notices name one another; "" where this is none."""
    found = _NUMBER.search(text)
    if found:
        return f"{int(found[2]):06}-{found[1]}"
    found = _DOC_ID.fullmatch(text.strip())
    return f"{int(found[1]):06}-{found[2]}" if found else ""


def address(number: str) -> str:
    """Where the publication stands on TED's site."""
    count, _, year = number.partition("-")
    return f"https://ted.europa.eu/en/notice/-/detail/{int(count)}-{year}"


def notice(root: Element, limits: Limits) -> Notice:
    """The notice a TED_EXPORT holds. Raises Refusing where it has no number of its own."""
    return _Export(root, limits).notice()


class _Said(NamedTuple):
    """What the form itself says."""

    title: str = ""
    description: str = ""
    reference: str = ""
    buyer: Party | None = None
    value: Amount | None = None
    deadline: str = ""
    method: str = ""
    cpv: tuple[str, ...] = ()
    lots: tuple[LotRecord, ...] = ()
    awards: tuple[AwardRecord, ...] = ()
    documents: tuple[DocumentLink, ...] = ()


class _Export:
    def __init__(self, root: Element, limits: Limits) -> None:
        self._root = root
        self._values = Values(limits)
        self._ns = root.tag[1 : root.tag.find("}")] if root.tag[0] == "{" else ""
        self._number = ""

    # Finding

    def _find(self, element: Element | None, names: str) -> Element | None:
        return element.find(path(self._ns, names)) if element is not None else None

    def _all(self, element: Element | None, names: str) -> list[Element]:
        return element.findall(path(self._ns, names)) if element is not None else []

    def _text(self, element: Element | None, names: str, limit: int = 2000) -> str:
        found = self._find(element, names)
        return self._values.text(words(found), names, limit) if found is not None else ""

    def _paragraphs(self, element: Element | None, names: str = "", limit: int = 0) -> str:
        """A text of several paragraphs, a line each."""
        found = self._find(element, names) if names else element
        if found is None:
            return ""
        lines = [words(part) for part in found] if len(found) and local(found[0]) == "P" else [words(found)]
        return self._values.text("\n".join(filter(None, lines)), names or local(found), limit)

    def _amount(self, element: Element | None, field: str) -> Amount | None:
        if element is None or element.get("PUBLICATION") == "NO":
            return None
        number = element.get("FMTVAL") or words(element)
        parent = element.getparent()
        currency = element.get("CURRENCY") or (parent.get("CURRENCY") if parent is not None else "")
        return self._values.amount({"amount": number or None, "currency": currency}, field)

    def _codes(self, element: Element | None, *names: str) -> tuple[str, ...]:
        pairs = (("CPV", code.get("CODE")) for name in names for code in self._all(element, name) if code.get("CODE"))
        return self._values.classify(pairs, names[0].split("/")[0])[0]

    def _regions(self, element: Element | None, names: str) -> tuple[str, ...]:
        found = element.iterfind(path("", names)) if element is not None else ()
        return self._values.regions([code.get("CODE") for code in found], names.split("}")[-1])

    # The whole

    def notice(self) -> Notice:
        coded = self._find(self._root, "CODED_DATA_SECTION")
        data = self._find(coded, "NOTICE_DATA")
        codif = self._find(coded, "CODIF_DATA")
        values = self._values
        self._number = canonical(self._text(data, "NO_DOC_OJS", 100)) or canonical(self._root.get("DOC_ID", ""))
        if not self._number:
            raise Refusing("no-identity", "NO_DOC_OJS")
        form = self._form()
        kind = self._text(codif, "TD_DOCUMENT_TYPE", 200)
        tags = ted_tags(kind)
        said = _Said() if form is None else self._older(form) if _is_older(form) else self._form_2014(form)
        country_element = self._find(data, "ISO_COUNTRY")
        country = alpha2(country_element.get("VALUE", "")) if country_element is not None else ""
        regions = self._regions(data, "{*}PERFORMANCE_NUTS") or (self._regions(data, "{*}ORIGINAL_NUTS"))
        coded_deadline = self._coded_moment(self._text(codif, "DT_DATE_FOR_SUBMISSION", 100))
        # a form that names the day alone is completed by the coded time of that day
        fuller = len(said.deadline) == 10 and coded_deadline.startswith(said.deadline)
        deadline_text = coded_deadline if fuller else said.deadline or coded_deadline
        buyer_regions = (said.buyer.region,) if said.buyer and said.buyer.region else ()
        deadline, deadline_text = local_moment(
            values, deadline_text, country, (*regions, *buyer_regions), "DT_DATE_FOR_SUBMISSION"
        )
        published = self._coded_moment(self._text(coded, "REF_OJS/DATE_PUB", 100))
        earlier = self._earlier(form, data)
        joining = bool(_JOINING & set(tags))
        return Notice(
            source="ted",
            source_id=self._number,
            release_id=self._number,
            joins=tuple(f"ted:{number}" for number in earlier) if joining else (),
            publisher="Tenders Electronic Daily",
            source_url=address(self._number),
            language=(form.get("LG", "") if form is not None else self._text(data, "LG_ORIG", 10)).lower()[:8],
            tags=tags,
            buyer=said.buyer or self._named_buyer(country),
            title=said.title,
            description=said.description,
            reference=said.reference,
            method=said.method,
            method_details=self._text(codif, "PR_PROC"),
            category=self._text(codif, "NC_CONTRACT_NATURE", 200).lower(),
            value=said.value,
            published=published,
            published_on=values.day(published, "DATE_PUB") if published else None,
            deadline=deadline,
            deadline_text=deadline_text,
            cpv=self._codes(data, "ORIGINAL_CPV") or said.cpv,
            regions=regions,
            lots=said.lots,
            awards=said.awards,
            documents=(
                *said.documents,
                *(
                    DocumentLink(url=address(number), title=number, kind="priorNotice")
                    for number in (() if joining else earlier)
                ),
            ),
            remarks=tuple(values.remarks),
        )

    def _form(self) -> Element | None:
        """The form in the original language, the first of several."""
        section = self._find(self._root, "FORM_SECTION")
        first = None
        for form in section if section is not None else ():
            if local(form) == "NOTICE_UUID":
                continue
            if form.get("CATEGORY") == "ORIGINAL":
                return form
            first = form if first is None else first
        return first

    def _coded_moment(self, text: str) -> str:
        """YYYYMMDD, which the schema fixes, as ISO 8601."""
        found = _CODED_DAY.fullmatch(text)
        if not found:
            return text
        day = f"{found[1]}-{found[2]}-{found[3]}"
        return f"{day}T{found[4]}" if found[4] else day

    def _earlier(self, form: Element | None, data: Element | None) -> list[str]:
        """The publications this one names as earlier ones, without those that announced it in the older forms."""
        numbers = [words(found) for found in self._all(data, "REF_NOTICE/NO_DOC_OJS")]
        announced: set[str] = set()
        if form is not None:
            for found in form.iter(path(self._ns, "NOTICE_NUMBER_OJ")):
                numbers.append(words(found))
                parent = found.getparent()
                if parent is not None and local(parent).startswith("PREVIOUS_PUBLICATION_NOTICE"):
                    announced.add(canonical(words(found)))
        ordered = dict.fromkeys(filter(None, map(canonical, numbers)))
        ordered.pop(self._number, None)
        return [number for number in ordered if number not in announced or len(ordered) == 1]

    def _named_buyer(self, country: str) -> Party | None:
        name = self._text(self._root, "TRANSLATION_SECTION/ML_AA_NAMES/AA_NAME")
        return Party(name=name, country=country) if name else None

    # Forms of 2014

    def _form_2014(self, form: Element) -> _Said:
        objects = self._all(form, "OBJECT_CONTRACT")
        whole = objects[0] if objects else None
        parts = [part for contract in objects for part in self._all(contract, "OBJECT_DESCR")]
        divided = len(parts) > 1 or self._find(whole, "LOT_DIVISION") is not None
        procedure = self._find(form, "PROCEDURE")
        main = self._codes(whole, "CPV_MAIN/CPV_CODE")
        lots = tuple(self._lot(part, () if divided else main) for part in parts)
        description = self._paragraphs(whole, "SHORT_DESCR")
        if not description and len(lots) == 1:
            description = lots[0].description
        title = self._paragraphs(whole, "TITLE", self._values.title_length)
        return _Said(
            title=title,
            description=description,
            reference=self._text(whole, "REFERENCE_NUMBER", 500),
            buyer=self._party(self._find(form, "CONTRACTING_BODY/ADDRESS_CONTRACTING_BODY")),
            value=self._total(whole, "VAL_ESTIMATED_TOTAL") or self._total(whole, "VAL_TOTAL"),
            deadline=self._corrected_deadline(form) or self._date_and_time(procedure),
            method=next(
                (
                    _METHODS.get(name[3:], name[3:].lower())
                    for name in map(local, procedure if procedure is not None else ())
                    if name.startswith("PT_")
                ),
                "",
            ),
            cpv=main,
            lots=lots,
            awards=(*self._awards_2014(form), *self._prizes(form)),
            documents=self._documents(form),
        )

    def _total(self, whole: Element | None, name: str) -> Amount | None:
        return self._amount(self._find(whole, name), name)

    def _date_and_time(self, procedure: Element | None) -> str:
        day = self._text(procedure, "DATE_RECEIPT_TENDERS", 40)
        time = self._text(procedure, "TIME_RECEIPT_TENDERS", 40)
        return f"{day}T{time}" if day and time else day

    def _corrected_deadline(self, form: Element) -> str:
        """The new time limit for receipt that a corrigendum (F14) gives under IV.2.2, where it gives one."""
        found: set[str] = set()
        for change in self._all(form, "CHANGES/CHANGE"):
            if not self._text(change, "WHERE/SECTION", 100).startswith("IV.2.2"):
                continue
            day = self._text(change, "NEW_VALUE/DATE", 40)
            time = self._text(change, "NEW_VALUE/TIME", 40)
            if day:
                found.add(f"{day}T{time}" if time else day)
        return found.pop() if len(found) == 1 else ""

    def _lot(self, part: Element, main: tuple[str, ...]) -> LotRecord:
        additional = self._codes(part, "CPV_ADDITIONAL/CPV_CODE")
        return LotRecord(
            number=self._text(part, "LOT_NO", 500),
            title=self._paragraphs(part, "TITLE", self._values.title_length),
            description=self._paragraphs(part, "SHORT_DESCR"),
            cpv=tuple(dict.fromkeys(main + additional)),
            regions=self._regions(part, "{*}NUTS"),
            value=self._amount(self._find(part, "VAL_OBJECT"), "VAL_OBJECT"),
        )

    def _awards_2014(self, form: Element) -> Iterator[AwardRecord]:
        # a modification (F20) names one contract, as it was and as it is now
        change = self._find(form, "MODIFICATIONS_CONTRACT/INFO_MODIFICATIONS")
        now = self._find(change, "VALUES/VAL_TOTAL_AFTER")
        after = self._amount(now if now is not None else self._find(change, "VAL_TOTAL_AFTER"), "VAL_TOTAL_AFTER")
        for position, award in enumerate(self._all(form, "AWARD_CONTRACT"), 1):
            given = self._find(award, "AWARDED_CONTRACT")
            nobody = self._find(award, "NO_AWARDED_CONTRACT")
            lots = filter(None, (self._values.text(words(lot), "LOT_NO", 500) for lot in self._all(award, "LOT_NO")))
            yield AwardRecord(
                id=self._award_id(award, position),
                title=self._paragraphs(award, "TITLE", self._values.title_length),
                status=self._outcome(nobody) if given is None else "",
                lot_numbers=tuple(lots),
                suppliers=self._suppliers(given, "CONTRACTOR/ADDRESS_CONTRACTOR"),
                value=after or self._contract_value(given),
                decided_on=self._day(given, "DATE_CONCLUSION_CONTRACT"),
                bids_received=self._count(given, "NB_TENDERS_RECEIVED"),
            )

    def _award_id(self, award: Element, position: int) -> str:
        return f"{self._number}/{(award.get('ITEM') or str(position))[:20]}"

    def _outcome(self, nobody: Element | None) -> str:
        if nobody is None:
            return ""
        return "cancelled" if self._find(nobody, "PROCUREMENT_DISCONTINUED") is not None else "unsuccessful"

    def _contract_value(self, given: Element | None) -> Amount | None:
        total = self._find(given, "VALUES/VAL_TOTAL")
        return self._amount(total if total is not None else self._find(given, "VAL_TOTAL"), "VAL_TOTAL")

    def _suppliers(self, given: Element | None, names: str) -> tuple[Party, ...]:
        found = [*self._all(given, names), *self._all(given, f"*/{names}")]
        return tuple(party for element in found if (party := self._party(element)))

    def _day(self, element: Element | None, name: str) -> date | None:
        text = self._text(element, name, 40)
        return self._values.day(text, name) if text else None

    def _count(self, element: Element | None, name: str) -> int | None:
        found = self._text(element, name, 40) or self._text(element, f"*/{name}", 40)
        return self._values.whole(found, name) if found else None

    def _prizes(self, form: Element) -> Iterator[AwardRecord]:
        """Results of design contests (F13)."""
        for position, result in enumerate(self._all(form, "RESULTS"), 1):
            given = self._find(result, "AWARDED_PRIZE")
            nobody = self._find(result, "NO_AWARDED_PRIZE")
            if given is None and nobody is None:
                continue
            yield AwardRecord(
                id=self._award_id(result, position),
                status=self._outcome(nobody) if given is None else "",
                suppliers=self._suppliers(given, "WINNER/ADDRESS_WINNER"),
                value=self._amount(self._find(given, "VAL_PRIZE"), "VAL_PRIZE"),
                decided_on=self._day(given, "DATE_DECISION_JURY"),
                bids_received=self._count(given, "NB_PARTICIPANTS"),
            )

    def _party(self, element: Element | None) -> Party | None:
        name = self._text(element, "OFFICIALNAME") or self._text(element, "ORGANISATION/OFFICIALNAME")
        if element is None or not name:
            return None
        country = self._find(element, "COUNTRY")
        region = element.find("{*}NUTS")
        url = self._text(element, "URL") or self._text(element, "URL_GENERAL")
        number = self._text(element, "NATIONALID", 500) or self._text(element, "ORGANISATION/NATIONALID", 500)
        return Party(
            name=name,
            country=alpha2(country.get("VALUE", "")) if country is not None else "",
            number=number,
            address=self._text(element, "ADDRESS"),
            town=self._text(element, "TOWN", 500),
            postal_code=self._text(element, "POSTAL_CODE", 100),
            region=(region.get("CODE") or "")[:100] if region is not None else "",
            url=url if _WEB.fullmatch(url) else "",
        )

    def _documents(self, form: Element) -> tuple[DocumentLink, ...]:
        url = self._text(form, "CONTRACTING_BODY/URL_DOCUMENT", 4000)
        return (DocumentLink(url=url, kind="biddingDocuments"),) if _WEB.fullmatch(url) else ()

    # The layout before 2014, which the defence forms keep

    def _older(self, form: Element) -> _Said:
        """One walk over the form: names differ from form to form by prefixes and suffixes, parts don't."""
        said: dict[str, Element] = {}
        lots: list[Element] = []
        awards: list[Element] = []
        inside: set[Element] = set()
        for element in form.iter("*"):
            name = local(element)
            parent = element.getparent()
            if parent in inside:
                inside.add(element)
                continue
            if name.startswith("AWARD_OF_CONTRACT"):
                awards.append(element)
                inside.add(element)
            elif _LOTS_BEFORE_2014.fullmatch(name) and self._find(element, "LOT_NUMBER") is not None:
                lots.append(element)
                inside.add(element)
            elif name.startswith("COSTS_RANGE_AND_CURRENCY"):
                said.setdefault("COSTS", element)
            else:
                said.setdefault(name, element)
        description = said.get("SHORT_CONTRACT_DESCRIPTION")
        if description is None:
            description = said.get("TOTAL_QUANTITY_OR_SCOPE")
        return _Said(
            title=self._paragraphs(said.get("TITLE_CONTRACT"), limit=self._values.title_length),
            description=self._paragraphs(description),
            reference=self._paragraphs(said.get("FILE_REFERENCE_NUMBER"), limit=500),
            buyer=self._party(said.get("CA_CE_CONCESSIONAIRE_PROFILE")),
            value=self._costs(said.get("COSTS")),
            deadline=self._parted_moment(said.get("RECEIPT_LIMIT_DATE")),
            method=next(
                (_METHODS.get(name[3:], name[3:].lower()) for name in said if name.startswith("PT_")),
                "",
            ),
            cpv=self._codes(said.get("CPV"), "CPV_MAIN/CPV_CODE", "CPV_ADDITIONAL/CPV_CODE"),
            lots=tuple(
                LotRecord(
                    number=self._text(lot, "LOT_NUMBER", 500),
                    title=self._paragraphs(lot, "LOT_TITLE", self._values.title_length),
                    description=self._paragraphs(lot, "LOT_DESCRIPTION"),
                    cpv=self._codes(lot, "CPV/CPV_MAIN/CPV_CODE", "CPV/CPV_ADDITIONAL/CPV_CODE"),
                    value=self._costs(self._find(lot, "NATURE_QUANTITY_SCOPE/COSTS_RANGE_AND_CURRENCY")),
                )
                for lot in lots
            ),
            awards=tuple(self._older_award(award, position) for position, award in enumerate(awards, 1)),
        )

    def _older_award(self, award: Element, position: int) -> AwardRecord:
        lot = self._text(award, "LOT_NUMBER", 500)
        received = self._text(award, "OFFERS_RECEIVED_NUMBER", 40)
        day = self._parted_moment(self._find(award, "CONTRACT_AWARD_DATE"))
        value = next(
            (
                found
                for found in self._all(award, "CONTRACT_VALUE_INFORMATION/*")
                if local(found).startswith("COSTS_RANGE_AND_CURRENCY")
            ),
            None,
        )
        return AwardRecord(
            id=self._award_id(award, position),
            title=self._paragraphs(award, "CONTRACT_TITLE", self._values.title_length),
            lot_numbers=(lot,) if lot else (),
            suppliers=tuple(
                party
                for element in self._all(award, "ECONOMIC_OPERATOR_NAME_ADDRESS/*")
                if (party := self._party(element))
            ),
            value=self._costs(value),
            decided_on=self._values.day(day, "CONTRACT_AWARD_DATE") if day else None,
            bids_received=self._values.whole(received, "OFFERS_RECEIVED_NUMBER") if received else None,
        )

    def _costs(self, costs: Element | None) -> Amount | None:
        if costs is None:
            return None
        value = self._find(costs, "VALUE_COST")
        if value is None:
            if len(costs):
                self._values.remark(local(costs), "range-no-value", words(costs))
            return None
        if value.get("FMTVAL") is None:  # blanks between thousands, a comma before the cents
            number = re.sub(r"\s", "", words(value))
            if re.fullmatch(r"\d+,\d{1,2}", number, re.ASCII):
                number = number.replace(",", ".")
            return self._values.amount({"amount": number or None, "currency": costs.get("CURRENCY")}, "VALUE_COST")
        return self._amount(value, "VALUE_COST")

    def _parted_moment(self, element: Element | None) -> str:
        """DAY, MONTH, YEAR and perhaps TIME, each in an element of its own."""
        if element is None:
            return ""
        year, month, day = (self._text(element, name, 10) for name in ("YEAR", "MONTH", "DAY"))
        time = self._text(element, "TIME", 10)
        if not (year and month and day):
            return ""
        date = f"{year}-{month:0>2}-{day:0>2}"
        return f"{date}T{time:0>5}" if time else date


def _is_older(form: Element) -> bool:
    return any(local(part).startswith("FD_") for part in form)
