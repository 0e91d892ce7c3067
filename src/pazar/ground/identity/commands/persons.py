"""Persons: who may log in."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from pazar.ground import journal
from pazar.ground.errors import Invalid, Sentence
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
) -> Person:
    """A person who may log in; without a password he can't until he sets one. Raises Invalid, field by field."""
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
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
            journal.append("person.created", actor=actor, subject=person)
    except IntegrityError as error:
        raise Invalid(fields={"email": _("Somebody with this e-mail address is here already.")}) from error
    return person
