"""The moderators decide: approve, ask for more, refuse; take it back within an hour (A3, A4)."""

from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.events import AdmissionUndone, CompanyAdmitted
from pazar.ground import clock, journal, outbox
from pazar.ground.entry.commands import links
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity import queries as people
from pazar.ground.identity.commands import companies, persons
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.jobs import clockwork
from pazar.ground.messages.commands import writing
from pazar.ground.messages.commands.telling import Told, tell
from pazar.ground.words.seen import seen
from pazar.market.companies import policies
from pazar.market.companies.adapters import lookalikes
from pazar.market.companies.commands import applying, letters, reasons
from pazar.market.companies.models import Application, CaseNote, Decision, KnownName
from pazar.market.companies.rules.applying import UNDO, State

LONGEST = 4000
OPEN = (State.WAITING, State.ASKED)


class CaseDecided(Refusal):
    """Two at one case: the first one's decision stands."""

    code = "case_decided"
    status = 409
    what = _("Nothing was decided: this case isn't open any more.")
    why = _("Somebody decided it while you were looking.")
    remedy = _("See what was decided; within an hour it can be taken back.")


class CompanyIsHere(Refusal):
    code = "company_is_here"
    status = 409
    what = _("The company wasn't let in a second time.")
    why = _("A company with this number is one of the centre's already.")
    remedy = _("Pass the case on to its owners, who know whether the person is one of theirs.")


class PersonClosed(Refusal):
    code = "person_closed"
    status = 409
    what = _("The company wasn't let in.")
    why = _("The log-in with this e-mail address was closed.")
    remedy = _("Ask the applicant for another address.")


class OwnRefusal(Refusal):
    code = "own_refusal"
    status = 409
    what = _("Nothing was decided.")
    why = _("The centre wants four eyes for a refusal, and you proposed this one.")
    remedy = _("Ask a colleague to look at the case.")


class TooLateToUndo(Refusal):
    code = "too_late_to_undo"
    status = 409
    what = _("The decision stands.")
    why = _("It can be taken back within an hour, and an approval only until the applicant has logged in.")
    remedy = _("A refused company may register again; for one that was let in ask the head of the moderators.")


def approve(*, actor: Actor, application_id: UUID) -> Decision:
    """Let the company in, with the applicant as its owner, and send him his link (A3, A4).

    Raises NotFound, CaseDecided, CompanyIsHere, PersonClosed.
    """
    policies.require_moderator(actor)
    with transaction.atomic():
        application = _lock_open(actor, application_id)
        _lock_number(application)
        if people.member_by_number(application.country, application.number) is not None:
            raise CompanyIsHere
        person = people.person_by_email(application.email)
        was_ours = application.decisions.filter(made_person=True).exclude(undone_at=None).exists()
        if person is not None and not person.is_active and not was_ours:
            raise PersonClosed

        made_person = person is None or not person.is_active
        person = _owner(actor, application, person)
        company = companies.make_member(
            actor=actor,
            facts=companies.CompanyFacts(
                name=application.name,
                country=application.country,
                number_scheme=application.scheme,
                number=application.number,
                town=application.town,
                address=", ".join(part for part in (application.postal_code, application.address) if part),
            ),
        )
        companies.give_roles(actor=actor, person=person, company_id=company.pk, roles=[Role.OWNER])
        application.company, application.person = company, person
        decision = _decide(actor, application, Decision.Kind.APPROVE, State.APPROVED, made_person=made_person)
        lookalikes.keep(source=KnownName.Source.MEMBER, named=[(company.pk, company.name)])
        let_in(actor, application, person)
        application.save()
        outbox.publish(
            CompanyAdmitted(company_id=company.pk, person_id=person.pk, categories=tuple(application.categories))
        )
    return decision


def ask_more(*, actor: Actor, application_id: UUID, reason: str, words: str) -> Decision:
    """Ask the applicant; the clock stands until he answers. Raises NotFound, CaseDecided, Invalid."""
    policies.require_moderator(actor)
    with transaction.atomic():
        application = _lock_open(actor, application_id)
        text = _said_to(application, reasons.ASK, reason, words)

        decision = _decide(actor, application, Decision.Kind.ASK, State.ASKED, reason=reason, words=text)
        CaseNote.objects.create(application=application, by_id=actor.person_id, text=text, made_at=decision.made_at)
        letters.write(application, letters.asked(application, text))
        application.save()
    return decision


def refuse(*, actor: Actor, application_id: UUID, reason: str, words: str) -> Decision | None:
    """Refuse, with a reason that the applicant reads. Raises NotFound, CaseDecided, Invalid.

    Where the centre wants four eyes for it (`PAZAR_REFUSAL_FOUR_EYES`), the first call only proposes and answers
    None: somebody else confirms, with `confirm_refusal` or by refusing in words of his own.
    """
    policies.require_moderator(actor)
    with transaction.atomic():
        application = _lock_open(actor, application_id)
        text = _said_to(application, reasons.REFUSE, reason, words)
        is_first = application.refusal_by_id is None or application.refusal_by_id == actor.person_id
        if settings.REFUSAL_FOUR_EYES and is_first:
            application.refusal_by_id, application.refusal_at = actor.person_id, clock.db_now()
            application.refusal_reason, application.refusal_words = reason, text
            application.save()
            journal.append("application.refusal_proposed", actor=actor, subject=application, reason=reason)
            return None

        decision = _decide(actor, application, Decision.Kind.REFUSE, State.REFUSED, reason=reason, words=text)
        letters.write(application, letters.refused(application, text))
        application.save()
    return decision


def confirm_refusal(*, actor: Actor, application_id: UUID) -> Decision:
    """The second pair of eyes: refuse as a colleague proposed. Raises NotFound, CaseDecided, OwnRefusal."""
    policies.require_moderator(actor)
    with transaction.atomic():
        application = _lock_open(actor, application_id)
        if application.refusal_by_id is None:
            raise NotFound
        if application.refusal_by_id == actor.person_id:
            raise OwnRefusal

        reason, text = application.refusal_reason, application.refusal_words
        decision = _decide(actor, application, Decision.Kind.REFUSE, State.REFUSED, reason=reason, words=text)
        letters.write(application, letters.refused(application, text))
        application.save()
    return decision


def pass_on(*, actor: Actor, application_id: UUID) -> None:
    """The company came in meanwhile: its owners decide about the person. Raises NotFound, CaseDecided."""
    policies.require_moderator(actor)
    with transaction.atomic():
        application = _lock_open(actor, application_id)
        here = people.member_by_number(application.country, application.number)
        if here is None:
            raise NotFound

        _quiet(application)
        applying.pass_to_owners(application, company_id=here.pk)
        application.decided_at = clock.db_now()
        application.save()
        journal.append("application.passed_on", actor=actor, subject=application)


def undo(*, actor: Actor, decision_id: UUID) -> Application:
    """Take an approval or a refusal back within an hour: the case waits again, due when it was due (A3).

    Raises NotFound, TooLateToUndo.
    """
    policies.require_moderator(actor)
    with transaction.atomic():
        decision = Decision.objects.filter(pk=decision_id).first()
        if decision is None or decision.kind == Decision.Kind.ASK:
            raise NotFound
        application = Application.objects.select_for_update().get(pk=decision.application_id)
        decision.refresh_from_db()
        moment = clock.db_now()
        person = application.person if decision.kind == Decision.Kind.APPROVE else None
        has_logged_in = person is not None and person.last_login is not None and person.last_login > decision.made_at
        is_last = application.state == (State.APPROVED if decision.kind == Decision.Kind.APPROVE else State.REFUSED)
        if decision.undone_at is not None or not is_last or moment > decision.made_at + UNDO or has_logged_in:
            raise TooLateToUndo

        if person is not None and application.company_id is not None:
            links.void_links(person_id=person.pk)
            companies.take_roles(actor=actor, person=person, company_id=application.company_id)
            companies.unmake_member(actor=actor, company_id=application.company_id)
            outbox.publish(AdmissionUndone(company_id=application.company_id))
            if decision.made_person:
                persons.close_person(actor=actor, person_id=person.pk)
        decision.undone_at = moment
        decision.save(update_fields=["undone_at"])
        application.state, application.decided_at, application.due_at = State.WAITING, None, decision.due_at
        application.company = application.person = None
        if decision.due_at > moment:
            applying.plan_alarms(application, moment)
        letters.write(application, letters.reopened(application))
        application.save()
        journal.append("application.reopened", actor=actor, subject=application)
    return application


def answer(*, token: str, words: str) -> Application:
    """The applicant says more: the case is back in the queue, due in one working day. Raises LinkDead, Invalid."""
    with transaction.atomic():
        application = Application.objects.select_for_update().filter(digest=letters.digest(token)).first()
        if application is None or application.state != State.ASKED:
            raise links.LinkDead
        text = _text(words, field="answer")
        moment = clock.db_now()

        CaseNote.objects.create(application=application, by=None, text=text, made_at=moment)
        applying.to_moderators(application, moment)
        application.decided_at = None
        application.save()
        journal.append("application.answered", actor=Actor(), subject=application)
    return application


def admit(*, actor: Actor, application_id: UUID) -> Application:
    """An owner lets the person read in his company; more comes later.

    Raises NotFound, CaseDecided, PersonClosed.
    """
    with transaction.atomic():
        application = _lock_admission(actor, application_id)
        assert application.company_id is not None
        person = people.person_by_email(application.email)
        if person is not None and not person.is_active:
            raise PersonClosed

        person = _owner(actor, application, person)
        if not any(m.company_id == application.company_id for m in people.memberships(person)):
            companies.give_roles(actor=actor, person=person, company_id=application.company_id, roles=[Role.READER])
        application.state, application.person, application.decided_at = State.ADMITTED, person, clock.db_now()
        let_in(actor, application, person)
        application.save()
        journal.append("application.admitted", actor=actor, subject=application)
    return application


def decline(*, actor: Actor, application_id: UUID) -> Application:
    """An owner says that the person isn't one of theirs. Raises NotFound, CaseDecided."""
    with transaction.atomic():
        application = _lock_admission(actor, application_id)

        application.state, application.decided_at = State.DECLINED, clock.db_now()
        letters.write(application, letters.declined(application))
        application.save()
        journal.append("application.declined", actor=actor, subject=application)
    return application


def let_in(actor: Actor, application: Application, person: Person) -> None:
    """The mail that opens the door: with a link to set the password, for who has none."""
    has_password = person.has_usable_password()
    path = (
        reverse("entry:login")
        if has_password
        else links.make_link(actor=actor, person_id=person.pk, lasts=links.FIRST).path
    )
    writing.write(
        address=person.email,
        language=application.language,
        path=path,
        render=letters.let_in(application, has_password=has_password),
    )


def escalate(name: str, application_id: UUID) -> None:
    """Tell the moderators' head that a case is nearly due, or overdue (A3)."""
    application = Application.objects.filter(pk=application_id, state=State.WAITING).first()
    if application is None:
        return
    is_over = name == applying.OVERDUE

    def render(_language: str) -> Told:
        title = (
            said("Overdue: the registration of {company}")
            if is_over
            else said("Soon due: the registration of {company}")
        )
        text = said("Registrations are decided within one working day. This one came on {moment}.").format(
            moment=f"{application.confirmed_at:%Y-%m-%d %H:%M} UTC"
        )
        return Told(title=title.format(company=application.name), text=text)

    assert application.due_at is not None
    tell(
        person_ids=[person.pk for person in people.centre_staff(StaffRole.HEAD_OF_MODERATORS)],
        kind=applying.KIND,
        once=f"{name}:{application.pk}:{application.due_at.isoformat()}",
        path=reverse("companies:case", args=[application.pk]),
        render=render,
    )


def _owner(actor: Actor, application: Application, person: Person | None) -> Person:
    if person is None:
        return persons.create_person(
            actor=actor,
            email=application.email,
            name=application.person_name,
            password=None,
            language=application.language,
        )
    if not person.is_active:
        persons.open_person(actor=actor, person_id=person.pk)
    return person


def _lock_open(actor: Actor, application_id: UUID) -> Application:
    found = policies.cases(actor).select_for_update().filter(pk=application_id).first()
    if found is None:
        raise NotFound
    if found.state not in OPEN:
        raise CaseDecided
    return found


def _lock_admission(actor: Actor, application_id: UUID) -> Application:
    found = policies.asks_to_be_admitted(actor).select_for_update().filter(pk=application_id).first()
    if found is None:
        raise NotFound
    if found.state != State.WITH_OWNERS:
        raise CaseDecided
    return found


def _lock_number(application: Application) -> None:
    # Two cases may bear one number, and no row of the company exists that could be locked.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"companies.number {application.country} {application.number}"],
        )


def _decide(
    actor: Actor,
    application: Application,
    kind: Decision.Kind,
    state: State,
    *,
    reason: str = "",
    words: str = "",
    made_person: bool = False,
) -> Decision:
    moment = clock.db_now()
    assert application.due_at is not None and actor.person_id is not None
    decision = Decision.objects.create(
        application=application,
        kind=kind,
        reason=reason,
        words=words,
        by_id=actor.person_id,
        made_at=moment,
        # While the applicant was asked the clock stood: what is decided then is in time.
        due_at=max(application.due_at, moment) if application.state == State.ASKED else application.due_at,
        made_person=made_person,
    )
    application.state, application.decided_at = state, moment
    application.refusal_by = application.refusal_at = None
    application.refusal_reason = application.refusal_words = ""
    _quiet(application)
    verb = {"approve": "approved", "ask": "asked", "refuse": "refused"}[kind]
    journal.append(f"application.{verb}", actor=actor, subject=application, reason=reason)
    return decision


def _quiet(application: Application) -> None:
    for name in (applying.DUE_SOON, applying.OVERDUE):
        clockwork.cancel(name, subject_id=application.pk)


def _said_to(application: Application, known: dict[str, reasons.Reason], reason: str, words: str) -> str:
    if reason not in known:
        raise Invalid(fields={"reason": _("Choose a reason.")})
    with translation.override(application.language):
        template = str(known[reason].text)
    own = seen(words).strip()
    if len(own) > LONGEST:
        raise Invalid(fields={"words": _("This is too long.")})
    text = "\n\n".join(part for part in (template, own) if part)
    if not text:
        raise Invalid(fields={"words": _("Say it in your own words: the applicant reads them.")})
    return text


def _text(words: str, *, field: str) -> str:
    text = seen(words).strip()
    if not text:
        raise Invalid(fields={field: _("Say something.")})
    if len(text) > LONGEST:
        raise Invalid(fields={field: _("This is too long.")})
    return text
