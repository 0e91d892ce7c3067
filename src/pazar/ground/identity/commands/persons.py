"""Persons: who may log in."""

from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from pazar.ground import journal
from pazar.ground.errors import Invalid, NotFound, Sentence
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import StaffRole


def create_person(
    *,
    actor: Actor,
    email: str,
    name: str,
    password: str | None,
    language: str = "en",
    staff_roles: tuple[StaffRole, ...] = (),
    hashed: str = "",
) -> Person:
    """A person who may log in; without a password he can't until he sets one. Raises Invalid, field by field.

    `hashed` is the password's hash made before, where many people share one: a demo's.
    """
    email = email.strip()
    person = Person(email=email, name=name.strip(), language=language, staff_roles=[str(r) for r in staff_roles])
    faults: dict[str, Sentence] = {}
    try:
        validate_email(email)
    except ValidationError:
        faults["email"] = _("This is no e-mail address.")
    if not person.name:
        faults["name"] = _("Say the person's name.")
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as error:
            faults["password"] = " ".join(error.messages)
    if faults:
        raise Invalid(fields=faults)
    if hashed:
        person.password = hashed
    else:
        person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
            journal.append("person.created", actor=actor, subject=person)
    except IntegrityError as error:
        raise Invalid(fields={"email": _("Somebody with this e-mail address is here already.")}) from error
    return person


class PasswordWrong(Invalid):
    """The password that was to be changed isn't this one."""

    code = "password_wrong"


def change_settings(*, actor: Actor, name: str, language: str, zone: str, theme: str) -> Person:
    """How a person is named and how the centre speaks to him. Raises Invalid, field by field; NotFound for nobody."""
    faults: dict[str, Sentence] = {}
    if not name.strip():
        faults["name"] = _("Say your name.")
    if language not in dict(settings.LANGUAGES):
        faults["language"] = _("The centre doesn't speak this language.")
    if zone not in available_timezones():
        faults["zone"] = _("There is no such time zone.")
    if theme not in Person.Theme.values:
        faults["theme"] = _("There is no such theme.")
    if faults:
        raise Invalid(fields=faults)
    with transaction.atomic():
        person = _lock_self(actor)
        before = (person.name, person.language, person.zone, person.theme)
        person.name, person.language, person.zone, person.theme = name.strip(), language, zone, theme
        if before != (person.name, person.language, person.zone, person.theme):
            person.save(update_fields=["name", "language", "zone", "theme"])
            journal.append("person.changed", actor=actor, subject=person)
    return person


def change_language(*, actor: Actor, language: str) -> Person:
    """The language the centre speaks to a person, in pages and mails. Raises Invalid; NotFound for nobody."""
    if language not in dict(settings.LANGUAGES):
        raise Invalid(fields={"language": _("The centre doesn't speak this language.")})
    with transaction.atomic():
        person = _lock_self(actor)
        if person.language != language:
            person.language = language
            person.save(update_fields=["language"])
            journal.append("person.changed", actor=actor, subject=person)
    return person


def change_password(*, actor: Actor, old: str, new: str) -> Person:
    """A new password for the one who knows the old. Raises PasswordWrong, Invalid, NotFound for nobody."""
    with transaction.atomic():
        person = _lock_self(actor)
        if not person.check_password(old):
            raise PasswordWrong(fields={"old": _("This isn't your password.")})
        try:
            validate_password(new, person)
        except ValidationError as error:
            raise Invalid(fields={"new": " ".join(error.messages)}) from error
        person.set_password(new)
        person.save(update_fields=["password"])
        journal.append("person.password_changed", actor=actor, subject=person)
    return person


def set_password(*, actor: Actor, person_id: UUID, new: str) -> Person:
    """A first password, or a new one for who lost his; that he may the caller has checked. Raises Invalid, NotFound."""
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=person_id, is_active=True).first()
        if person is None:
            raise NotFound
        try:
            validate_password(new, person)
        except ValidationError as error:
            raise Invalid(fields={"new": " ".join(error.messages)}) from error
        person.set_password(new)
        person.save(update_fields=["password"])
        journal.append("person.password_changed", actor=actor, subject=person)
    return person


def close_person(*, actor: Actor, person_id: UUID) -> None:
    """Nobody logs in as this person any more, and whoever is in is out. Repeating changes nothing."""
    with transaction.atomic():
        if Person.objects.filter(pk=person_id, is_active=True).update(is_active=False):
            journal.append("person.closed", actor=actor, subject=Person.objects.get(pk=person_id))


def open_person(*, actor: Actor, person_id: UUID) -> None:
    """The opposite of `close_person`."""
    with transaction.atomic():
        if Person.objects.filter(pk=person_id, is_active=False).update(is_active=True):
            journal.append("person.opened", actor=actor, subject=Person.objects.get(pk=person_id))


def _lock_self(actor: Actor) -> Person:
    found = Person.objects.select_for_update().filter(pk=actor.person_id).first() if actor.person_id else None
    if found is None:
        raise NotFound
    return found
