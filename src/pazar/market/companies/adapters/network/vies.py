"""VIES, the Commission's service for VAT numbers of the Union: REST.

It says whether a number is good for trade between member states, and of some states name and address. A number that
isn't registered there may still be a company's: for who asks, that is *not found*, never *dissolved*.
"""

from typing import Final
from urllib.parse import quote

from pazar.market.companies.adapters.network.asking import NetworkRegister, Silent, as_json
from pazar.market.companies.rules.numbers import VAT_COUNTRIES, Read
from pazar.market.companies.rules.particulars import Particulars, Status

# Of national numbers these are the VAT number as well.
_SAME: Final = frozenset(
    {"BG-EIK", "DE-VAT", "GR-AFM", "HR-OIB", "IT-PIVA", "IE-VAT", "MT-VAT", "PT-NIF", "ES-NIF", "PL-NIP", "DK-CVR"}
)
_ABSENT: Final = frozenset({"INVALID", "INVALID_INPUT"})


class Vies(NetworkRegister):
    def knows(self, number: Read) -> bool:
        if number.country not in VAT_COUNTRIES:
            return False
        if number.scheme == "BG-EIK":
            return len(number.canonical) == 9
        return number.scheme == f"{number.country}-VAT" or number.scheme in _SAME

    def ask(self, number: Read, seconds: float) -> Particulars | None:
        state = "EL" if number.country == "GR" else number.country
        bare = number.canonical.removeprefix(state)
        url = f"{self.source.url.rstrip('/')}/ms/{state}/vat/{quote(bare, safe='')}"
        answer = self.fetch(url, seconds, accept="application/json")
        if answer is None:
            return None
        told = as_json(answer)
        if not isinstance(told, dict) or not isinstance(told.get("isValid"), bool):
            raise Silent("unknown-answer")
        trouble = str(told.get("userError") or "VALID")
        if not told["isValid"]:
            if trouble in _ABSENT:
                return None
            # A member state that can't be asked looks like a number that isn't there, but for this word.
            raise Silent("register-error")
        name, address = _said(told.get("name")), _said(told.get("address"))
        if not name:
            # Germany and Spain confirm a number and keep its holder to themselves: that helps nobody compare.
            return None
        theirs = str(told.get("vatNumber") or told.get("originalVatNumber") or bare)
        return Particulars(
            country=number.country,
            scheme=number.scheme,
            number=number.canonical if theirs.removeprefix(state) == bare else theirs,
            name=name,
            status=Status.UNKNOWN,  # a number that trades is no word on insolvency
            status_words=trouble,
            address=address,
        )


def _said(value: object) -> str:
    said = " ".join(str(value or "").split()) if isinstance(value, str) else ""
    return "" if not said.strip("- ") else said
