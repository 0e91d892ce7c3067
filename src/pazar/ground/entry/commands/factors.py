"""A person's second factors: set, used, taken away; each change is told to him (A4)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.ground import journal
from pazar.ground.entry.adapters import factors as kept
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity.commands import tries
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages.commands.telling import Told, tell

KIND = "entry.factors"
MOST_PASSKEYS = 20
TRIES = 5
PAGE = "/settings/log-in/"

Kind = Literal["passkey", "app", "codes"]
_KINDS: dict[str, Kind] = {
    kept.Type.WEBAUTHN: "passkey",
    kept.Type.TOTP: "app",
    kept.Type.RECOVERY_CODES: "codes",
}


class CodeWrong(Refusal):
    """One sentence for a code that is wrong, too old or was used before."""

    code = "code_wrong"
    status = 422
    what = _("This code doesn't open.")
    why = _("It is mistyped, older than a minute, or was used before: each is good once.")
    remedy = _("Wait for the next code of your app, or use a recovery code.")


class TooManyCodes(Refusal):
    code = "too_many_codes"
    status = 429
    what = _("Codes were tried too often.")
    why = _("A code has six digits: whoever may try long enough finds one.")
    remedy = _("Wait {minutes} minutes, then try again; a passkey works meanwhile.")


class PasskeyRefused(Refusal):
    code = "passkey_refused"
    status = 422
    what = _("This passkey doesn't open.")
    why = _("We don't know it, or the answer came too late.")
    remedy = _("Try once more, or use another way.")


class FactorNeeded(Refusal):
    """The last second factor of somebody whose roles demand one."""

    code = "factor_needed"
    status = 409
    what = _("This is your last second factor, and your role demands one.")
    why = _("Without it you could not log in any more.")
    remedy = _("Set another one first, then take this one away.")


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One as its person sees it; `left` counts recovery codes that are still good."""

    id: int
    kind: Kind
    name: str
    made_at: datetime
    used_at: datetime | None
    left: int = 0


def factors_of(person_id: UUID) -> list[Factor]:
    return [
        Factor(
            id=found.pk,
            kind=_KINDS[found.type],
            name=kept.passkey_name(found) if found.type == kept.Type.WEBAUTHN else "",
            made_at=found.created_at,
            used_at=found.last_used_at,
            left=kept.codes_left(found) if found.type == kept.Type.RECOVERY_CODES else 0,
        )
        for found in kept.of(person_id)
    ]


def has_factor(person_id: UUID) -> bool:
    return kept.has_any(person_id)


def add_app(*, actor: Actor, secret: str, code: str) -> list[str]:
    """Codes from an app (TOTP), shown to work by one; recovery codes if it is the first. Raises CodeWrong, Invalid."""
    with transaction.atomic():
        person = _lock(actor)
        if kept.of(person.pk).filter(type=kept.Type.TOTP).exists():
            raise Invalid(fields={"code": _("An app is set up already: take it away first.")})
        counter = kept.totp_holds(secret, code)
        if counter is None:
            raise CodeWrong

        kept.add_totp(person, secret, counter)
        return _added(actor, person, "app")


def add_passkey(*, actor: Actor, request: HttpRequest, name: str, answer: str) -> list[str]:
    """A passkey that this browser just made; recovery codes if it is the first. Raises PasskeyRefused, Invalid."""
    name = name.strip()[:100]
    if not name:
        raise Invalid(fields={"name": _("Say by what name you will know it.")})
    with transaction.atomic():
        person = _lock(actor)
        if kept.of(person.pk).filter(type=kept.Type.WEBAUTHN).count() >= MOST_PASSKEYS:
            raise Invalid(fields={"name": _("Take away a passkey that you don't use first.")})
        try:
            kept.add_passkey(request, person, name, answer)
        except kept.Unreadable as error:
            raise PasskeyRefused from error

        return _added(actor, person, "passkey")


def renew_codes(*, actor: Actor) -> list[str]:
    """New recovery codes; those before open nothing any more. Raises NotFound without another factor."""
    with transaction.atomic():
        person = _lock(actor)
        if not kept.has_any(person.pk):
            raise NotFound
        codes = kept.add_codes(person)
        journal.append("factor.codes_made", actor=actor, subject=person)
        _tell(person, said_codes)
    return codes


def remove(*, actor: Actor, factor_id: int) -> None:
    """Take a factor away; with the last one go the recovery codes. Raises NotFound, FactorNeeded."""
    with transaction.atomic():
        person = _lock(actor)
        found = kept.of(person.pk).exclude(type=kept.Type.RECOVERY_CODES).filter(pk=factor_id).first()
        if found is None:
            raise NotFound
        others = kept.of(person.pk).exclude(type=kept.Type.RECOVERY_CODES).exclude(pk=factor_id).exists()
        if not others and actor.wants_factor:
            raise FactorNeeded

        kind = _KINDS[found.type]
        found.delete()
        if not others:
            kept.of(person.pk).delete()
        journal.append("factor.removed", actor=actor, subject=person, factor=kind)
        _tell(person, said_removed)


def remove_all(*, actor: Actor, person_id: UUID) -> None:
    """For somebody who lost them all and was known by the operator in another way. Raises NotFound."""
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            raise NotFound
        kept.of(person.pk).delete()
        journal.append("factor.all_removed", actor=actor, subject=person)
        _tell(person, said_removed)


def check_code(*, person_id: UUID, code: str) -> str:
    """Which factor `code` is of: "app" or "codes". Raises CodeWrong, TooManyCodes.

    Each try counts before it is looked at, for this person from wherever it comes: whoever gets here has shown the
    password, so that a stranger can't lock him out.
    """
    key = ("second factor", str(person_id))
    if tries.count(*key) > TRIES:
        raise TooManyCodes(minutes=int(tries.WINDOW.total_seconds() // 60))
    code = code.strip()[:40]
    found = kept.check_totp(person_id, code) or kept.check_code(person_id, code)
    if found is None:
        raise CodeWrong
    tries.forget(*key)
    return _KINDS[found.type]


def check_passkey(*, request: HttpRequest, person: Person | None, answer: str) -> Person:
    """Whose passkey this is. Raises PasskeyRefused, also for somebody who may not log in."""
    try:
        found, _used = kept.check_passkey(request, person, answer)
    except kept.Unreadable as error:
        raise PasskeyRefused from error
    if not found.is_active:
        raise PasskeyRefused
    return found


def _added(actor: Actor, person: Person, kind: Kind) -> list[str]:
    journal.append("factor.added", actor=actor, subject=person, factor=kind)
    _tell(person, said_added)
    has_codes = kept.of(person.pk).filter(type=kept.Type.RECOVERY_CODES).exists()
    return [] if has_codes else kept.add_codes(person)


def said_added(_language: str) -> Told:
    return Told(
        title=said("A second factor was added to your log-in"),
        text=said("If it wasn't you, take it away at once, change your password, and end the other sessions."),
    )


def said_removed(_language: str) -> Told:
    return Told(
        title=said("A second factor was taken away from your log-in"),
        text=said("If it wasn't you, change your password at once and end the other sessions."),
    )


def said_codes(_language: str) -> Told:
    return Told(
        title=said("New recovery codes were made for your log-in"),
        text=said("Those before are void. If it wasn't you, change your password at once and end the other sessions."),
    )


def _tell(person: Person, render: object) -> None:
    from pazar.ground.ids import new_id

    assert callable(render)
    tell(person_ids=[person.pk], kind=KIND, once=f"factor:{new_id()}", path=PAGE, render=render)


def _lock(actor: Actor) -> Person:
    found = Person.objects.select_for_update().filter(pk=actor.person_id).first() if actor.person_id else None
    if found is None:
        raise NotFound
    return found
