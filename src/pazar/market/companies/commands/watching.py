"""Registers are asked for every member each night; what changed is told, and a new name confirmed once (A2)."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.events import CompanyRenamed
from pazar.ground import clock, journal, outbox
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity import policies as roles
from pazar.ground.identity import queries as people
from pazar.ground.identity.commands import companies
from pazar.ground.identity.models import Company
from pazar.ground.identity.rules.actor import NOBODY, Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.messages.commands.telling import Told, tell
from pazar.market.companies import policies, sentences
from pazar.market.companies.adapters import desk, lookalikes
from pazar.market.companies.adapters.registers import Answer, Down, Found
from pazar.market.companies.models import KnownName, RegisterChange, Watch
from pazar.market.companies.rules import watching
from pazar.market.companies.rules.numbers import read_number
from pazar.market.companies.rules.particulars import Status
from pazar.market.companies.rules.watching import Field, Seen

KIND = "companies.register_changed"
KIND_CENTRE = "companies.member_changed"
AT_ONCE = 10
NEW_AT_ONCE = 500


class NameOutdated(Refusal):
    """Somebody else confirmed it, or the register changed its mind since."""

    code = "name_outdated"
    status = 409
    what = _("The name wasn't changed.")
    why = _("It was confirmed already, or the register says something else by now.")
    remedy = _("Look at what the register says now.")


def watch_members() -> int:
    """Ask for the few members whose turn has come; how many were asked."""
    _begin_with_new_members()
    due = Watch.objects.filter(next_at__lte=clock.db_now()).order_by("next_at", "company_id")
    found = list(due.values_list("company_id", flat=True)[:AT_ONCE])
    for company_id in found:
        watch_member(company_id)
    return len(found)


def watch_member(company_id: UUID) -> list[RegisterChange]:
    """Ask the registers for one member, note and tell what changed. May be repeated."""
    company = people.company(company_id)
    read = read_number(company.country, company.number)
    # Before any lock: a register may take its time.
    answer = desk.look_up(read, moment=clock.db_now(), seconds=desk.IN_THE_BACK) if read.canonical else None
    with transaction.atomic():
        watch = Watch.objects.select_for_update().filter(company_id=company_id).first()
        if watch is None or company.standing != Company.Standing.MEMBER:
            return []
        moment = clock.db_now()

        watch.asked_at = moment
        watch.next_at = (
            moment + watching.SOONER
            if isinstance(answer, Down)
            else watching.next_night(moment, zone=ZoneInfo(settings.CENTRE_ZONE), key=str(company_id))
        )
        found = _note(watch, answer, moment) if isinstance(answer, Found) else []
        watch.save()
        for change in found:
            journal.append("register.changed", actor=NOBODY, subject=change, field=change.field)
            _tell(company, change)
    return found


def confirm_name(*, actor: Actor, change_id: UUID) -> Company:
    """An owner confirms that the company is called as the register now says: it is renamed wherever it is named from
    now on; papers that exist keep the old name. Raises NotFound, NotAllowed, NameOutdated.
    """
    with transaction.atomic():
        change = policies.own_changes(actor).select_for_update().filter(pk=change_id, field=Field.NAME).first()
        if change is None:
            raise NotFound
        roles.require(actor, {Role.OWNER})
        newest = RegisterChange.objects.filter(company_id=change.company_id, field=Field.NAME).order_by("-found_at")
        if change.confirmed_at is not None or newest[0].pk != change.pk:
            raise NameOutdated
        moment = clock.db_now()

        company = people.company(change.company_id)
        change.old_name, change.confirmed_at, change.confirmed_by_id = company.name, moment, actor.person_id
        change.save()
        companies.rename(actor=actor, company_id=company.pk, name=change.after)
        lookalikes.keep(source=KnownName.Source.MEMBER, named=[(company.pk, change.after)])
        outbox.publish(
            CompanyRenamed(
                company_id=company.pk,
                country=company.country,
                number=company.number,
                before=change.old_name,
                after=change.after,
                renamed_at=moment,
            )
        )
        company.name = change.after
    return company


def _begin_with_new_members() -> None:
    moment = clock.db_now()
    zone = ZoneInfo(settings.CENTRE_ZONE)
    # Everything they have in common with those that are watched is the key: an anti-join over two short lists.
    new = people.members().exclude(number="").exclude(pk__in=Watch.objects.values("company_id"))
    Watch.objects.bulk_create(
        [
            Watch(company_id=pk, next_at=watching.next_night(moment, zone=zone, key=str(pk)))
            for pk in new.values_list("pk", flat=True)[:NEW_AT_ONCE]
        ],
        ignore_conflicts=True,
    )


def _note(watch: Watch, answer: Answer, moment: datetime) -> list[RegisterChange]:
    assert isinstance(answer, Found)
    after = watching.seen(answer.particulars, register=answer.register)
    before = Seen(
        register=watch.register,
        name=watch.name,
        status=Status(watch.status),
        representatives=tuple(watch.representatives),
    )
    changes = watching.changes(before, after) if watch.register else []
    watch.register, watch.name, watch.status = after.register, after.name, after.status
    watch.status_words, watch.as_of = answer.particulars.status_words, answer.as_of
    # A register that doesn't name them has taken nobody away.
    watch.representatives = list(after.representatives or (before.representatives if changes or watch.name else ()))
    watch.answered_at = moment
    return [
        RegisterChange.objects.create(
            company_id=watch.company_id,
            field=change.field,
            before=change.before,
            after=change.after,
            words=answer.particulars.status_words if change.field is Field.STATUS else "",
            register=answer.register,
            as_of=answer.as_of,
            found_at=moment,
        )
        for change in changes
    ]


def _tell(company: Company, change: RegisterChange) -> None:
    def to_company(_language: str) -> Told:
        text = sentences.change(change)
        if change.field == Field.NAME:
            text += "\n\n" + said("Confirm it once, and the company is called so everywhere; papers keep the old name.")
        else:
            text += "\n\n" + said("If that is wrong, have the register put it right; the centre believes the register.")
        return Told(title=said("The register says something new of {company}").format(company=company.name), text=text)

    def to_centre(_language: str) -> Told:
        return Told(
            title=said("The register says something new of {company}").format(company=company.name),
            text=sentences.change(change),
        )

    once = f"register:{change.pk}"
    tell(
        person_ids=[person.pk for person in people.staff(company_id=company.pk, roles=[Role.OWNER])],
        kind=KIND,
        once=once,
        path=reverse("companies:register"),
        render=to_company,
        company_id=company.pk,
    )
    moderators = {person.pk for role in policies.MODERATORS for person in people.centre_staff(role)}
    tell(
        person_ids=sorted(moderators),
        kind=KIND_CENTRE,
        once=once,
        path=reverse("companies:changes"),
        render=to_centre,
        mail=change.field == Field.STATUS,
    )
