"""XML files of registers: RegiX answers and EGRUL. No entities, no DOCTYPE, one organisation in memory at a time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from lxml import etree

from pazar.market.companies.rules.numbers import Fault
from pazar.market.companies.rules.particulars import Particulars, Status

from .. import regix
from .shape import Refused, Unreadable, number_of, text


def _iterate(path: Path, tags: tuple[str, ...]) -> Iterator["etree._Element"]:
    try:
        with path.open("rb") as stream:
            parsed = etree.iterparse(
                stream,
                events=("end",),
                tag=tags,
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            )
            for _event, element in parsed:
                if element.getroottree().docinfo.doctype:
                    raise Unreadable("doctype")
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Unreadable("broken-xml", f"line {error.lineno}") from error


class RegixFile:
    """An answer of RegiX kept as a file, one organisation each; `names` are the answers' elements."""

    def __init__(self, form: str, register: str, *names: bytes) -> None:
        self.form, self.register, self._names = form, register, names

    def fits(self, head: bytes) -> bool:
        return any(name in head for name in self._names)

    def read(self, path: Path) -> Iterator[Particulars | Refused]:
        try:
            answer = regix.parse(path.read_bytes())
        except regix.NotAnAnswer as error:
            raise Unreadable(error.code) from error
        if answer is None:
            yield Refused("answer", "UIC", "not-found")
            return
        number = number_of("BG", answer.number, "BG-EIK")
        if isinstance(number, Fault):
            yield Refused("answer", "UIC", str(number), answer.number)
        else:
            yield replace(answer, number=number[1], doubt=number[2])


_EGRUL_STATUS: Final = (
    ("ликвид", Status.LIQUIDATION),
    ("банкрот", Status.INSOLVENCY),
    ("несостоятел", Status.INSOLVENCY),
    ("исключ", Status.DISSOLVED),
    ("прекра", Status.DISSOLVED),
)


class Egrul:
    """The Russian register's open data: `СвЮЛ` elements, windows-1251 by the file's own declaration."""

    form = "ru-egrul-xml"
    register = "ru-egrul"

    def fits(self, head: bytes) -> bool:
        return b"<EGRUL" in head or "СвЮЛ".encode("cp1251") in head

    def read(self, path: Path) -> Iterator[Particulars | Refused]:
        for place, element in enumerate(_iterate(path, ("СвЮЛ",)), start=1):
            yield self._organisation(element, f"СвЮЛ {place}")

    def _organisation(self, element: "etree._Element", where: str) -> Particulars | Refused:
        told = [("ИНН", element.get("ИНН", ""), "RU-INN"), ("ОГРН", element.get("ОГРН", ""), "RU-OGRN")]
        read = [(field, typed, number_of("RU", typed, scheme)) for field, typed, scheme in told if typed]
        numbers = [number for _field, _typed, number in read if not isinstance(number, Fault)]
        if not numbers:
            return next(
                (Refused(where, field, str(why), typed) for field, typed, why in read), Refused(where, "ИНН", "empty")
            )
        naming = element.find("СвНаимЮЛ")
        name = text(naming.get("НаимЮЛПолн", "")) if naming is not None else ""
        if not name:
            return Refused(where, "НаимЮЛПолн", "empty")
        state = element.find("СвСтатус/СвСтатус")
        ended = element.find("СвПрекрЮЛ")
        words = text(state.get("НаимСтатусЮЛ", "")) if state is not None else ""
        if ended is not None:
            way = ended.find("СпПрекрЮЛ")
            words = text(way.get("НаимСпПрекрЮЛ", "") if way is not None else "") or "Прекращено"
            status = Status.DISSOLVED
        else:
            status = next((value for word, value in _EGRUL_STATUS if word in words.lower()), Status.ACTIVE)
        return Particulars(
            country="RU",
            scheme=numbers[0][0],
            number=numbers[0][1],
            doubt=numbers[0][2],
            name=name,
            legal_form=text(element.get("ПолнНаимОПФ", "")),
            status=status,
            status_words=words,
            address=_russian_address(element),
            postal_code=_first(element, "СвАдресЮЛ/АдресРФ", "Индекс"),
            region=_region(element),
            representatives=_leaders(element),
            other_numbers=tuple((scheme, number) for scheme, number, _doubt in numbers[1:]),
            founded_on=_day(element.get("ДатаОГРН", "")),
        )


def _first(element: "etree._Element", path: str, attribute: str) -> str:
    found = element.find(path)
    return text(found.get(attribute, "")) if found is not None else ""


def _region(element: "etree._Element") -> str:
    named = element.findtext("СвАдресЮЛ/СвМНЮЛ/НаимРегион") or element.findtext("СвАдресЮЛ/СвАдрЮЛФИАС/НаимРегион")
    return text(named) or _first(element, "СвАдресЮЛ/АдресРФ/Регион", "НаимРегион")


def _russian_address(element: "etree._Element") -> str:
    address = element.find("СвАдресЮЛ/АдресРФ")
    if address is None:
        return ""
    parts = []
    for part in ("Район", "Город", "НаселПункт", "Улица"):
        found = address.find(part)
        if found is not None:
            parts.append(" ".join(value for key, value in sorted(found.attrib.items(), reverse=True)))
    parts += [address.get(name, "") for name in ("Дом", "Корпус", "Кварт")]
    return text(", ".join(filter(None, parts)))


def _leaders(element: "etree._Element") -> tuple[str, ...]:
    persons = element.iterfind("СведДолжнФЛ/СвФЛ")
    names = (text(" ".join(one.get(part, "") for part in ("Фамилия", "Имя", "Отчество"))) for one in persons)
    return tuple(filter(None, names))


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


READERS: Final = (
    RegixFile("regix-bulstat-xml", "bg-bulstat", b"StateOfPlay"),
    RegixFile(
        "regix-trade-register-xml",
        "bg-trade-register",
        b"ActualStateResponse",
        b"GetBranchOfficeResponse",
        b"ValidUICResponse",
    ),
    Egrul(),
)
