"""Somebody wants his company in: apply, confirm the address, be forgotten (A1, A2)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.entry.commands.links import LinkDead
from pazar.ground.errors import Invalid, Sentence
from pazar.ground.identity import queries as people
from pazar.ground.identity.commands import tries
from pazar.ground.identity.rules.actor import CENTRE, NOBODY
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs import clockwork
from pazar.ground.messages.commands import forgetting
from pazar.ground.messages.commands.telling import Told, tell
from pazar.ground.words.seen import seen
from pazar.market.companies.adapters import calendar, desk, sentences
from pazar.market.companies.adapters.registers import Answer, Down, Found
from pazar.market.companies.commands import letters
from pazar.market.companies.models import Application
from pazar.market.companies.rules import applying, contacts, particulars
from pazar.market.companies.rules.applying import Checked, State
from pazar.market.companies.rules.numbers import Fault, read_number
from pazar.market.companies.rules.particulars import COMPARED, Comparison, Door

MAILS_A_DAY = 3
ASK_AGAIN = "ask_register_again"
ASKED_AT_ONCE = 10
DUE_SOON, OVERDUE = "moderation_due_soon", "moderation_overdue"
KIND = "companies.moderation"
KIND_OWNERS = "companies.admission"
MOST_CATEGORIES = 50
MOST = {"name": 300, "legal_form": 200, "address": 500, "town": 200, "postal_code": 20, "person_name": 200}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was typed. `choices` and `reasons` say of a field that differs from the register whose word stands, why."""

    country: str
    number: str
    person_name: str
    email: str
    language: str
    name: str = ""
    legal_form: str = ""
    address: str = ""
    town: str = ""
    postal_code: str = ""
    telephone: str = ""
    account: str = ""
    owners: str = ""  # names, one in a line
    device: bytes | None = None  # keyed digest of the computer's cookie
    categories: Sequence[str] = ()
    choices: Mapping[str, str] | None = None
    reasons: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a number is and what the registers say of it, before anything is sent."""

    fault: str = ""
    canonical: str = ""
    scheme: str = ""
    answer: Answer | None = None
    door: Door = Door.OPEN
    comparison: Comparison = field(default_factory=Comparison)

    @property
    def found(self) -> Found | None:
        return self.answer if isinstance(self.answer, Found) else None


def look(
    *, country: str, number: str, typed: Mapping[str, str], moment: datetime, seconds: float = desk.AT_A_FORM
) -> Looked:
    """Read the number, ask the registers for at most `seconds`, compare (A2). Tells nothing of who is here."""
    read = read_number(country, number[:80])
    if not read.valid and not (read.fault is Fault.NO_RULE and read.canonical):
        return Looked(fault=sentences.sentence(read))
    answer = desk.look_up(read, moment=moment, seconds=seconds)
    shown = Looked(canonical=read.canonical, scheme=read.scheme, answer=answer)
    if not isinstance(answer, Found):
        return shown
    said_of = answer.particulars
    return Looked(
        # Its own number there: who typed a VAT number is found by it, and kept under one number.
        canonical=said_of.number or read.canonical,
        scheme=said_of.scheme or read.scheme,
        answer=answer,
        door=particulars.door(said_of.status),
        comparison=particulars.compare(dict(typed), said_of),
    )


def apply(*, wish: Wish) -> None:
    """Note who wants in and write to him; the answer is the same whoever and whatever is here already (A1).

    Raises Invalid, field by field: `choice_<field>` where a difference from the register isn't settled.
    """
    wish = _clean(wish)
    moment = clock.db_now()
    typed = {name: str(getattr(wish, name)) for name in COMPARED}
    faults: dict[str, Sentence] = {}
    looked = look(country=wish.country, number=wish.number, typed=typed, moment=moment)
    found = looked.found
    if looked.fault:
        faults["number"] = looked.fault
    elif found and looked.door is Door.SHUT:
        faults["number"] = _(
            "The register says of this company: “{words}” ({register}, {day}). It can't be registered."
        ).format(
            words=found.particulars.status_words or found.particulars.status.value,
            register=found.register,
            day=found.as_of.isoformat(),
        )
    registered = {name: str(getattr(found.particulars, name)) for name in COMPARED} if found else {}
    settled = applying.settle(
        typed=typed,
        registered=registered,
        comparison=looked.comparison,
        choices=dict(wish.choices or {}),
        reasons=dict(wish.reasons or {}),
    )
    for name in settled.unsettled:
        faults[f"choice_{name}"] = _("Choose the register's words, or say why yours stand.")
    if not settled.taken.get("name") and "number" not in faults:
        faults["name"] = _("Say the company's name as the register has it.")
    faults |= _faults_of_person(wish)
    account = contacts.account(wish.account)
    if account is None:
        faults["account"] = _("This is no bank account number (IBAN). A digit is mistyped or missing.")
    telephone = contacts.telephone(wish.telephone, country=_country(wish.country, found))
    if telephone is None:
        faults["telephone"] = _("This is no telephone number. Type it with its country's prefix, such as +359.")
    if faults:
        raise Invalid(fields=faults)
    if tries.count("join mail", wish.email.lower(), window=tries.FORGOTTEN_AFTER) > MAILS_A_DAY:
        return  # three mails lie there; a fourth tells him nothing, and the answer tells a stranger nothing

    with transaction.atomic():
        application = Application(
            language=wish.language,
            country=_country(wish.country, found),
            number_typed=wish.number,
            scheme=looked.scheme,
            number=looked.canonical,
            kept=settled.kept,
            checked=_checked(looked, settled.kept),
            register=_evidence(looked.answer),
            person_name=wish.person_name,
            email=wish.email,
            telephone=telephone or "",
            account=account or "",
            owners=contacts.owners(wish.owners),
            device=wish.device,
            categories=list(wish.categories)[:MOST_CATEGORIES],
            made_at=moment,
            **settled.taken,
        )
        application.address_key = contacts.address_key(
            address=application.address, town=application.town, country=application.country
        )
        has_log_in = people.person_by_email(wish.email) is not None
        letters.write(application, letters.confirm(application, has_log_in=has_log_in))
        application.save(force_insert=True)


def by_token(token: str) -> Application:
    """The case of the link. Raises LinkDead."""
    found = Application.objects.filter(digest=letters.digest(token)).first()
    if found is None or (found.state == State.UNCONFIRMED and is_over(found, clock.db_now())):
        raise LinkDead
    return found


def confirm(*, token: str) -> Application:
    """The address is the applicant's: the case goes to the moderators, or to the owners of a company that is here.

    Repeating changes nothing. Raises LinkDead.
    """
    with transaction.atomic():
        mine = Application.objects.select_for_update().filter(digest=letters.digest(token), is_private=False)
        application = mine.first()
        moment = clock.db_now()
        if application is None or (application.state == State.UNCONFIRMED and is_over(application, moment)):
            raise LinkDead
        if application.state != State.UNCONFIRMED:
            return application

        application.confirmed_at = moment
        here = people.member_by_number(application.country, application.number)
        if here is not None:
            pass_to_owners(application, company_id=here.pk)
        else:
            to_moderators(application, moment)
        if application.checked in applying.UNVERIFIED:
            clockwork.schedule(ASK_AGAIN, subject_id=application.pk, due_at=moment + applying.WAITS[0])
        application.save()
        journal.append("application.confirmed", actor=NOBODY, subject=application)
    return application


def to_moderators(application: Application, moment: datetime) -> None:
    """Into the queue, due in one working day; its head is told before that passes, and when it has."""
    application.state = State.WAITING
    application.due_at = calendar.due_at(moment)
    plan_alarms(application, moment)


def plan_alarms(application: Application, moment: datetime) -> None:
    assert application.due_at is not None
    soon = application.due_at - settings.MODERATION_ALARM
    if soon > moment:
        clockwork.schedule(DUE_SOON, subject_id=application.pk, due_at=soon)
    clockwork.schedule(OVERDUE, subject_id=application.pk, due_at=application.due_at)


def pass_to_owners(application: Application, *, company_id: UUID) -> None:
    """Never a second company: those who own it here decide whether the person is one of theirs."""
    application.state = State.WITH_OWNERS
    application.company_id = company_id
    owners = people.staff(company_id=company_id, roles=[Role.OWNER])

    def render(_language: str) -> Told:
        return Told(
            title=said("{name} wants to act for your company").format(name=application.person_name),
            text=said("{name} ({email}) registered with your company's number. Admit him or her, or decline.").format(
                name=application.person_name, email=application.email
            ),
        )

    tell(
        person_ids=[person.pk for person in owners],
        kind=KIND_OWNERS,
        once=f"admission:{application.pk}",
        path=reverse("companies:admissions"),
        render=render,
        company_id=company_id,
    )


def forget_unconfirmed() -> int:
    """Delete what nobody confirmed in 72 hours, with the mails about it; how many of at most 500 (A1)."""
    with transaction.atomic():
        old = clock.db_now() - applying.NEVER_CONFIRMED
        found = list(
            Application.objects.select_for_update(skip_locked=True)
            .filter(state=State.UNCONFIRMED, made_at__lte=old)
            .order_by("made_at")[:500]
        )
        forgetting.forget_mails([mail_id for application in found for mail_id in application.mail_ids])
        Application.objects.filter(pk__in=[application.pk for application in found]).delete()
    return len(found)


ENDED_WITHOUT = (State.REFUSED, State.DECLINED, State.ASKED)


def forget_decided(*, kept: timedelta) -> int:
    """Delete what was refused, declined, or asked about and never answered, so long ago; how many of at most 500 (A1).

    With it goes all that was written about it: names, addresses, mails. The journal keeps that and why it was refused.
    """
    with transaction.atomic():
        found = list(
            Application.objects.select_for_update(skip_locked=True)
            .filter(state__in=ENDED_WITHOUT, decided_at__lte=clock.db_now() - kept)
            .order_by("decided_at")[:500]
        )
        for application in found:
            journal.append("application.forgotten", actor=CENTRE, subject=application)
        forgetting.forget_mails([mail_id for application in found for mail_id in application.mail_ids])
        Application.objects.filter(pk__in=[application.pk for application in found]).delete()
    return len(found)


def want_register_again(application_id: UUID) -> None:
    """Its wait is over: let the round that may take its time ask (a clockwork act must not wait for a network)."""
    Application.objects.filter(pk=application_id, checked__in=applying.UNVERIFIED).update(ask_at=clock.db_now())


def ask_registers_again() -> int:
    """Ask for a few cases whose wait is over; how many were asked."""
    due = Application.objects.filter(ask_at__lte=clock.db_now()).order_by("ask_at")
    found = list(due.values_list("pk", flat=True)[:ASKED_AT_ONCE])
    for application_id in found:
        ask_register_again(application_id)
    return len(found)


def ask_register_again(application_id: UUID) -> None:
    """A register that was silent or didn't know the number is asked once more, later and later (A2)."""
    asked = Application.objects.filter(pk=application_id).first()
    if asked is None:
        return
    looked = None
    if _is_to_be_asked(asked):
        typed = {name: str(getattr(asked, name)) for name in COMPARED}
        # Before any lock: a register may take its time.
        looked = look(
            country=asked.country, number=asked.number, typed=typed, moment=clock.db_now(), seconds=desk.IN_THE_BACK
        )
    with transaction.atomic():
        application = Application.objects.select_for_update().filter(pk=application_id).first()
        if application is None:
            return
        moment = clock.db_now()

        application.ask_at = None
        if looked is not None and _is_to_be_asked(application):
            _note_answer(application, looked, moment)
        application.save()


def _note_answer(application: Application, looked: Looked, moment: datetime) -> None:
    application.register_tries += 1
    if looked.found:
        differ = {d.field: "" for d in looked.comparison.differ}
        application.checked = _checked(looked, differ)
        application.register = _evidence(looked.answer)
        letters.write(application, letters.verified(application))
        journal.append("application.verified", actor=NOBODY, subject=application, checked=str(application.checked))
        return
    application.checked = _checked(looked, {})
    application.register = _evidence(looked.answer)
    if (pause := applying.wait(application.register_tries)) is not None:
        clockwork.schedule(ASK_AGAIN, subject_id=application.pk, due_at=moment + pause)


def _is_to_be_asked(application: Application) -> bool:
    return application.checked in applying.UNVERIFIED and application.state in (State.WAITING, State.ASKED)


def is_over(application: Application, moment: datetime) -> bool:
    """Whether nobody confirmed it in time."""
    return application.made_at + applying.NEVER_CONFIRMED <= moment


def _clean(wish: Wish) -> Wish:
    told = asdict(wish)
    for name in ("country", "number", *MOST, "email", "telephone", "account"):
        told[name] = " ".join(seen(told[name]).split())
    told["telephone"], told["account"] = told["telephone"][:40], told["account"][:60]
    told["owners"] = seen(told["owners"])[:4000]
    told["number"] = told["number"][:80]
    told["reasons"] = {k: seen(v)[:500].strip() for k, v in (wish.reasons or {}).items()}
    return Wish(**told)


def _faults_of_person(wish: Wish) -> dict[str, Sentence]:
    faults: dict[str, Sentence] = {}
    if not wish.person_name:
        faults["person_name"] = _("Say the person's name.")
    try:
        validate_email(wish.email)
    except ValidationError:
        faults["email"] = _("This is no e-mail address.")
    if len(wish.email) > 254:
        faults["email"] = _("This is no e-mail address.")
    for name, most in MOST.items():
        if len(getattr(wish, name)) > most:
            faults[name] = _("This is too long.")
    return faults


def _country(typed: str, found: Found | None) -> str:
    return (found.particulars.country if found and found.particulars.country else typed).upper()[:2]


def _checked(looked: Looked, kept: Mapping[str, str]) -> Checked:
    if looked.found is None:
        return Checked.DOWN if isinstance(looked.answer, Down) else Checked.UNKNOWN
    if looked.door is not Door.OPEN:
        return Checked.FLAGGED
    return Checked.KEPT if kept else Checked.AGREES


def _evidence(answer: Answer | None) -> dict[str, Any]:
    if isinstance(answer, Found):
        known = answer.particulars
        return {
            "register": answer.register,
            "as_of": answer.as_of.isoformat(),
            "status": known.status.value,
            "status_words": known.status_words,
            "representatives": list(known.representatives),
            "website": known.website,
            "email": known.email,
            **{name: str(getattr(known, name)) for name in COMPARED},
        }
    if answer is None:
        return {}
    return {"register": answer.register, "code": answer.code if isinstance(answer, Down) else "unknown"}
