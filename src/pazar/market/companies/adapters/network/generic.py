"""Any register that has an address for each number and answers in JSON or XML: what stands where is data."""

from datetime import date
from urllib.parse import quote

from pazar.market.companies.adapters.network import paths
from pazar.market.companies.adapters.network.asking import NetworkRegister, Silent, as_json, as_xml
from pazar.market.companies.rules.numbers import Read
from pazar.market.companies.rules.particulars import Particulars, Status


class Generic(NetworkRegister):
    """`url` and `body` may hold {number}, {country}, {scheme}; each is escaped for where it stands."""

    def knows(self, number: Read) -> bool:
        return False  # its file must name the schemes

    def ask(self, number: Read, seconds: float) -> Particulars | None:
        source = self.source
        told = {"number": number.canonical, "country": number.country, "scheme": number.scheme}
        body = _filled(source.body, told, safe="-") if source.method == "POST" else None
        answer = self.fetch(
            _filled(source.url, told, safe=""),
            seconds,
            accept="application/json" if source.answer == "json" else "application/xml",
            body=body.encode() if body is not None else None,
        )
        if answer is None:
            return None
        if source.answer == "json":
            content = as_json(answer)
            if source.found and not paths.has_json(source.found, content):
                return None
            said = {name: paths.in_json(path, content) for name, path in source.fields.items()}
        else:
            root = as_xml(answer)
            if source.found and not paths.in_xml(source.found, root, source.namespaces):
                return None
            said = {name: paths.in_xml(path, root, source.namespaces) for name, path in source.fields.items()}
        if not said["number"] and not said["name"]:
            raise Silent("unknown-answer")
        return self._particulars(said, number)

    def _particulars(self, said: dict[str, list[str]], asked: Read) -> Particulars:
        def one(name: str) -> str:
            return next(iter(said.get(name, [])), "")

        status = one("status").strip()
        theirs = one("number")
        same = _bare(theirs) in (_bare(asked.canonical), _bare(asked.country + asked.canonical))
        return Particulars(
            country=asked.country,
            scheme=asked.scheme,
            number=asked.canonical if same else theirs,
            name=one("name"),
            name_latin=one("name_latin"),
            legal_form=one("legal_form"),
            status=self.source.statuses.get(status.casefold(), Status.UNKNOWN),
            status_words=status,
            address=one("address"),
            town=one("town"),
            postal_code=one("postal_code"),
            region=one("region"),
            representatives=tuple(said.get("representatives", [])),
            founded_on=_day(one("founded_on")),
            email=one("email"),
            website=one("website"),
        )


def _filled(template: str, told: dict[str, str], *, safe: str) -> str:
    # Replaced by name: str.format would let a template reach into objects, and a brace of JSON break it.
    for name, value in told.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=safe))
    return template


def _bare(number: str) -> str:
    return "".join(sign for sign in number.upper() if sign.isalnum()).lstrip("0")


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said.strip()[:10])
    except ValueError:
        return None
