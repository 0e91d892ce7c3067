"""Who wants in: three registrations that wait for the moderator."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.messages import queries as messages
from pazar.market.companies.commands import applying, known_names
from pazar.market.companies.commands.load import load_register
from pazar.roof.demo import cast

REGISTER = Path(__file__).parent.parent / "data" / "register.csv"


def load(day: date) -> None:
    """The demo's own extract of a register, so that a number can be tried without a network."""
    load_register(actor=CENTRE, path=REGISTER, as_of=day)
    known_names.catch_up()  # the worker's rounds don't run while the story is told


def steps() -> Iterator[tuple[float, cast.Applicant]]:
    """When each of them registers, in days before today."""
    for n, applicant in enumerate(cast.APPLICANTS):
        yield -0.3 + n * 0.1, applicant


def register(applicant: cast.Applicant) -> None:
    """He registers, reads his mail and confirms his address."""
    applying.apply(
        wish=applying.Wish(
            country="BG",
            number=applicant.number,
            name=applicant.name,
            town=applicant.town,
            person_name=applicant.person,
            email=applicant.email,
            language="bg",
            categories=applicant.categories,
        )
    )
    found = re.search(r"/join/([\w-]+)/", messages.newest_mail_to(applicant.email).text)
    if found is None:
        raise LookupError(applicant.email)
    applying.confirm(token=found[1])
