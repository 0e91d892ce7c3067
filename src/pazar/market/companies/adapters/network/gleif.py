"""GLEIF's register of legal entity identifiers: JSON:API (LEI records of level 1)."""

from typing import Any, Final
from urllib.parse import quote, urlencode

from pazar.market.companies.adapters.network.asking import NetworkRegister, Silent, as_json
from pazar.market.companies.rules.numbers import Read, read_number
from pazar.market.companies.rules.particulars import Particulars, Status

_STATUS: Final = {"ACTIVE": Status.ACTIVE, "INACTIVE": Status.DISSOLVED}
_ACCEPT: Final = "application/vnd.api+json"


class Gleif(NetworkRegister):
    """Asked by LEI, or by the number that an entity has in its own country's register."""

    def knows(self, number: Read) -> bool:
        return not number.scheme.endswith("-VAT")

    def ask(self, number: Read, seconds: float) -> Particulars | None:
        base = self.source.url.rstrip("/")
        if number.scheme == "LEI":
            url = f"{base}/lei-records/{quote(number.canonical, safe='')}"
        else:
            url = f"{base}/lei-records?" + urlencode(
                {
                    "filter[entity.registeredAs]": number.canonical,
                    "filter[entity.legalAddress.country]": number.country,
                    "page[size]": 2,
                }
            )
        answer = self.fetch(url, seconds, accept=_ACCEPT)
        if answer is None:
            return None
        told = as_json(answer)
        data = told.get("data") if isinstance(told, dict) else None
        if isinstance(data, list):
            # Two entities under one number of one country: no word that could be relied on.
            data = data[0] if len(data) == 1 else None
            if data is None:
                return None
        entity = _at(data, "attributes", "entity")
        lei = _word(_at(data, "attributes"), "lei")
        if not isinstance(entity, dict) or not lei:
            raise Silent("unknown-answer")
        return _particulars(entity, lei, number)


def _particulars(entity: dict[str, Any], lei: str, asked: Read) -> Particulars:
    address = _at(entity, "legalAddress")
    country = _word(address, "country") or asked.country
    own = read_number(country, _word(entity, "registeredAs"))
    own_pair = ((own.scheme, own.canonical),) if own.valid and own.scheme != "LEI" else ()
    lines = _at(address, "addressLines")
    status = _word(entity, "status").upper()
    why = _word(_at(entity, "expiration"), "reason")
    latin = _at(entity, "transliteratedOtherNames")
    is_lei = asked.scheme == "LEI"
    return Particulars(
        country=country,
        scheme="LEI" if is_lei else asked.scheme,
        number=lei if is_lei else own.canonical,
        other_numbers=own_pair if is_lei else (("LEI", lei),),
        name=_word(_at(entity, "legalName"), "name"),
        name_latin=next((_word(one, "name") for one in latin if _word(one, "name")), "")
        if isinstance(latin, list)
        else "",
        legal_form=_word(_at(entity, "legalForm"), "other"),
        status=_STATUS.get(status, Status.UNKNOWN),
        status_words=", ".join(filter(None, (status, why))),
        address=", ".join(str(line) for line in lines if isinstance(line, str)) if isinstance(lines, list) else "",
        town=_word(address, "city"),
        postal_code=_word(address, "postalCode"),
        region=_word(address, "region"),
    )


def _at(told: Any, *path: str) -> Any:
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _word(told: Any, name: str) -> str:
    found = _at(told, name)
    return found if isinstance(found, str) else ""
