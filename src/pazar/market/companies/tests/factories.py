"""Registers and cases for tests."""

import re
from datetime import UTC, date, datetime

from tests.factories import actor_of, make_person

from pazar.ground.identity.models import Company
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.messages.models import Mail
from pazar.market.companies.adapters.registers import Answer, Down, Found, NotFound
from pazar.market.companies.commands import applying
from pazar.market.companies.models import Application
from pazar.market.companies.rules.numbers import Read
from pazar.market.companies.rules.particulars import Particulars, Status

NUMBER = "999021770"
OTHER_NUMBER = "999020404"


def known(number: str = NUMBER, **facts) -> Particulars:
    return Particulars(
        **{
            "country": "BG",
            "scheme": "BG-EIK",
            "number": number,
            "name": "Помпи и тръби Тунджа ООД",
            "town": "Ямбол",
            "address": "ул. Търговска 5",
            "status": Status.ACTIVE,
            "representatives": ("Рангел Кирчев",),
            "website": "https://www.pompi.example/",
            **facts,
        }
    )


class FakeRegister:
    """Says what the test wants: of a number its particulars, of others that it doesn't know them, or nothing."""

    name = "fake"

    def __init__(self, *entries: Particulars, down: bool = False) -> None:
        self.entries = {entry.number: entry for entry in entries}
        self.down = down

    def serves(self, number: Read) -> bool:
        return True

    def look_up(self, number: Read, *, moment: datetime, seconds: float) -> Answer:
        if self.down:
            return Down(register=self.name, code="timeout")
        entry = self.entries.get(number.canonical)
        day = date(2026, 11, 1)
        return (
            Found(register=self.name, as_of=day, particulars=entry)
            if entry
            else NotFound(register=self.name, as_of=day)
        )


def wish(**facts) -> applying.Wish:
    return applying.Wish(
        **{
            "country": "BG",
            "number": NUMBER,
            "person_name": "Рангел Кирчев",
            "email": "rangel@pompi.example",
            "language": "en",
            "name": "Помпи и тръби Тунджа ООД",
            **facts,
        }
    )


def link(to: str) -> str:
    """The path in the newest mail to this address."""
    mail = Mail.objects.filter(to=to).order_by("-made_at", "-id").first()
    assert mail is not None, to
    found = re.search(r"/(?:join|password)/[\w-]+/|/login/", mail.text)
    assert found, mail.text
    return found[0]


def token(to: str) -> str:
    return link(to).split("/")[-2]


def make_case(**facts) -> Application:
    """A confirmed registration."""
    asked = wish(**facts)
    applying.apply(wish=asked)
    return applying.confirm(token=token(asked.email))


def make_moderator(role: StaffRole = StaffRole.MODERATOR):
    return actor_of(make_person(staff_roles=[str(role)]))


def make_here(number: str = NUMBER, **facts) -> Company:
    return Company.objects.create(
        **{
            "name": "Помпи и тръби Тунджа ООД",
            "country": "BG",
            "number_scheme": "BG-EIK",
            "number": number,
            "standing": Company.Standing.MEMBER,
            **facts,
        }
    )


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
