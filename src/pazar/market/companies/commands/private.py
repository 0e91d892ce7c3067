"""A private person comes in by e-mail and telephone, without a company (A1)."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.entry.commands.links import LinkDead
from pazar.ground.errors import Invalid, Sentence
from pazar.ground.identity import queries as people
from pazar.ground.identity.commands import persons, tries
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.words.seen import seen
from pazar.market.companies.commands import applying, deciding, letters
from pazar.market.companies.models import Application
from pazar.market.companies.rules import contacts
from pazar.market.companies.rules.applying import Checked, State


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was typed. `country` tells how a telephone number without a prefix is read."""

    person_name: str
    email: str
    telephone: str
    country: str
    language: str
    device: bytes | None = None


def apply(*, wish: Wish) -> None:
    """Note who wants in and write to him; the answer is the same whoever is here already. Raises Invalid."""
    name = " ".join(seen(wish.person_name).split())
    email = " ".join(seen(wish.email).split())
    country = wish.country.upper()[:2]
    telephone = contacts.telephone(seen(wish.telephone)[:40], country=country)
    faults: dict[str, Sentence] = {}
    if not name:
        faults["person_name"] = _("Say the person's name.")
    elif len(name) > applying.MOST["person_name"]:
        faults["person_name"] = _("This is too long.")
    try:
        validate_email(email)
    except ValidationError:
        faults["email"] = _("This is no e-mail address.")
    if len(email) > 254:
        faults["email"] = _("This is no e-mail address.")
    if not telephone:
        faults["telephone"] = _("This is no telephone number. Type it with its country's prefix, such as +359.")
    if faults:
        raise Invalid(fields=faults)
    if tries.count("join mail", email.lower(), window=tries.FORGOTTEN_AFTER) > applying.MAILS_A_DAY:
        return  # three mails lie there; a fourth tells him nothing, and the answer tells a stranger nothing

    with transaction.atomic():
        application = Application(
            is_private=True,
            language=wish.language,
            country=country,
            name=name,
            person_name=name,
            email=email,
            telephone=telephone or "",
            device=wish.device,
            checked=Checked.UNKNOWN,
            made_at=clock.db_now(),
        )
        has_log_in = people.person_by_email(email) is not None
        letters.write(application, letters.confirm_person(application, has_log_in=has_log_in))
        application.save(force_insert=True)


def confirm(*, token: str) -> Application:
    """The address is his: he is in, and gets the link to set his password. Repeating changes nothing.

    Whoever has a log-in already is written that he has. Raises LinkDead.
    """
    with transaction.atomic():
        found = Application.objects.select_for_update().filter(digest=letters.digest(token), is_private=True)
        application = found.first()
        moment = clock.db_now()
        if application is None or (application.state == State.UNCONFIRMED and applying.is_over(application, moment)):
            raise LinkDead
        if application.state != State.UNCONFIRMED:
            return application

        application.confirmed_at = application.decided_at = moment
        person = people.person_by_email(application.email)
        if person is not None and not person.is_active:
            # A closed log-in is opened by people, not by a form; the page and the mail say no more.
            application.state = State.DECLINED
            application.save()
            return application
        if person is None:
            person = persons.create_person(
                actor=NOBODY,
                email=application.email,
                name=application.person_name,
                password=None,
                language=application.language,
            )
        application.state, application.person = State.ADMITTED, person
        deciding.let_in(NOBODY, application, person)
        application.save()
        journal.append("application.person_in", actor=NOBODY, subject=application)
    return application
