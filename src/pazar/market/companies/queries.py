"""The moderators' queue, what is to be seen of a case, and how well the centre keeps its working day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import NotFound
from pazar.ground.identity import queries as people
from pazar.ground.identity.models import Company
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.words import names
from pazar.market.companies import policies
from pazar.market.companies.models import Application, Decision, RegisterChange, Watch
from pazar.market.companies.rules import checking
from pazar.market.companies.rules.applying import UNDO, Checked, State
from pazar.market.companies.rules.checking import MailDomain, Verdict

COUNTED = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One automatic check with its evidence, in the reader's words."""

    verdict: Verdict
    label: str | Promise
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Share:
    """Decisions of the last 90 days, how many of them in time; what is overdue now counts as late."""

    total: int
    in_time: int

    @property
    def percent(self) -> int | None:
        """Rounded down: 99.9 isn't all. None while there is nothing to count."""
        return self.in_time * 100 // self.total if self.total else None


@dataclass(frozen=True, kw_only=True)
class Load:
    name: str
    decided: int
    in_time: int


def queue(actor: Actor) -> QuerySet[Application]:
    """Cases that wait, the first due first."""
    return policies.cases(actor).filter(state=State.WAITING).order_by("due_at", "id")


def asked(actor: Actor) -> QuerySet[Application]:
    """Cases whose applicant is to say more."""
    return policies.cases(actor).filter(state=State.ASKED).order_by("decided_at", "id")


def case(actor: Actor, application_id: UUID) -> Application:
    """Raises NotFound."""
    found = policies.cases(actor).filter(pk=application_id).first()
    if found is None:
        raise NotFound
    return found


def just_decided(actor: Actor, moment: datetime) -> Sequence[Decision]:
    """What can still be taken back."""
    if not policies.is_moderator(actor):
        return []
    found = Decision.objects.filter(undone_at=None, made_at__gt=moment - UNDO).exclude(kind=Decision.Kind.ASK)
    return list(found.select_related("application", "by").order_by("-made_at")[:20])


def share_in_time(moment: datetime) -> Share:
    """How much of what came was decided within its working day: public (A3)."""
    found = Decision.objects.filter(undone_at=None, made_at__gt=moment - COUNTED).aggregate(
        total=Count("pk"), in_time=Count("pk", filter=Q(made_at__lte=F("due_at")))
    )
    overdue = Application.objects.filter(state=State.WAITING, due_at__lt=moment).count()
    return Share(total=found["total"] + overdue, in_time=found["in_time"])


def loads(moment: datetime) -> Sequence[Load]:
    """Who decided how much in the last 90 days."""
    rows = (
        Decision.objects.filter(undone_at=None, made_at__gt=moment - COUNTED)
        .values("by_id", "by__name")
        .annotate(decided=Count("pk"), in_time=Count("pk", filter=Q(made_at__lte=F("due_at"))))
        .order_by("-decided", "by__name")
    )
    return [Load(name=row["by__name"], decided=row["decided"], in_time=row["in_time"]) for row in rows]


def checks(application: Application) -> list[Check]:
    """What the centre can see by itself, each with its evidence (A3)."""
    return [
        _register(application),
        *_kept(application),
        _person(application),
        _number(application),
        _mail(application),
        _names(application),
    ]


def _register(application: Application) -> Check:
    told = application.register
    source = said("{register}, {day}").format(register=told.get("register", ""), day=told.get("as_of", ""))
    match application.checked:
        case Checked.AGREES:
            return Check(verdict=Verdict.GOOD, label=_("The register agrees"), evidence=(source,))
        case Checked.KEPT:
            return Check(verdict=Verdict.LOOK, label=_("The register says otherwise"), evidence=(source,))
        case Checked.FLAGGED:
            words = told.get("status_words") or told.get("status", "")
            return Check(verdict=Verdict.BAD, label=_("The register warns"), evidence=(f"“{words}”", source))
        case Checked.DOWN:
            evidence = (said("No register answered; it is asked again, later and later."),)
            return Check(verdict=Verdict.LOOK, label=_("Unverified"), evidence=evidence)
        case _:
            evidence = (said("No register that was asked knows this number; it is asked again, later and later."),)
            return Check(verdict=Verdict.LOOK, label=_("Unverified"), evidence=evidence)


def _kept(application: Application) -> list[Check]:
    return [
        Check(
            verdict=Verdict.LOOK,
            label=_("The applicant kept his own words"),
            evidence=(
                said("Register: {theirs}").format(theirs=application.register.get(name, "")),
                said("Applicant: {mine}").format(mine=getattr(application, name, "")),
                said("Because: {reason}").format(reason=reason),
            ),
        )
        for name, reason in application.kept.items()
    ]


def _person(application: Application) -> Check:
    known = [str(name) for name in application.register.get("representatives", [])]
    if not known:
        evidence: tuple[str, ...] = (said("The register names nobody who represents the company."),)
        return Check(verdict=Verdict.LOOK, label=_("The person"), evidence=evidence)
    mine = set(names.skeleton(application.person_name).split())
    is_one = any(len(mine & set(names.skeleton(name).split())) >= min(2, len(mine)) for name in known)
    return Check(
        verdict=Verdict.GOOD if is_one else Verdict.LOOK,
        label=_("The person represents the company") if is_one else _("The register names others"),
        evidence=tuple(known[:6]),
    )


def _number(application: Application) -> Check:
    here = people.company_by_number(application.country, application.number)
    if here is not None and here.standing == Company.Standing.MEMBER:
        return Check(verdict=Verdict.BAD, label=_("A company with this number is here"), evidence=(here.name,))
    others = Application.objects.filter(country=application.country, number=application.number)
    others = others.exclude(pk=application.pk).exclude(state=State.UNCONFIRMED).order_by("-made_at")[:5]
    if others:
        evidence = tuple(
            f"{other.made_at:%Y-%m-%d}: {other.name}, {other.person_name}, {other.email}" for other in others
        )
        return Check(verdict=Verdict.LOOK, label=_("The number was used before"), evidence=evidence)
    known = (said("Known from published notices: {name}").format(name=here.name),) if here is not None else ()
    return Check(verdict=Verdict.GOOD, label=_("The number is new here"), evidence=known)


def _mail(application: Application) -> Check:
    told = application.register
    sites = [site for site in (told.get("website", ""), told.get("email", "")) if site]
    domain = application.email.rpartition("@")[2].lower()
    match checking.mail_domain(application.email, websites=sites):
        case MailDomain.OWN:
            return Check(verdict=Verdict.GOOD, label=_("The mail is from the company's domain"), evidence=tuple(sites))
        case MailDomain.FREE:
            evidence = (said("Anybody may have an address at {domain}.").format(domain=domain),)
            return Check(verdict=Verdict.LOOK, label=_("The mail is from a free provider"), evidence=evidence)
        case _:
            others = [c.name for c in people.companies_with_mail_domain(domain)]
            if others:
                label = _("Other companies here use this mail domain")
                return Check(verdict=Verdict.LOOK, label=label, evidence=tuple(others))
            nothing = said("Nothing to compare {domain} with: the register names no site.").format(domain=domain)
            other = said("The register names {site}.").format(site=sites[0]) if sites else nothing
            return Check(
                verdict=Verdict.LOOK, label=_("The mail's domain isn't known as the company's"), evidence=(other,)
            )


def _names(application: Application) -> Check:
    others = {str(pk): name for pk, name in people.member_names().items()}
    near = checking.near_names(application.name, others)
    if near:
        evidence = tuple(f"{one.name} ({one.score:.0f} %)" for one in near)
        return Check(verdict=Verdict.BAD, label=_("The name looks like one that is here"), evidence=evidence)
    return Check(verdict=Verdict.GOOD, label=_("No company here has a name like it"), evidence=())


@dataclass(frozen=True, kw_only=True)
class FormerName:
    name: str
    until: datetime


def former_names(company_id: UUID) -> Sequence[FormerName]:
    """How a company was called here before, the newest first."""
    found = RegisterChange.objects.filter(company_id=company_id).exclude(confirmed_at=None).order_by("-found_at")[:5]
    return [FormerName(name=one.old_name, until=one.confirmed_at) for one in found if one.confirmed_at]


def watch(company_id: UUID) -> Watch | None:
    """What a register said of a member when it was asked last."""
    return Watch.objects.filter(company_id=company_id).first()


def own_changes(actor: Actor) -> QuerySet[RegisterChange]:
    return policies.own_changes(actor).order_by("-found_at", "-id")


def changes(actor: Actor) -> QuerySet[RegisterChange]:
    return policies.changes(actor).select_related("company", "confirmed_by").order_by("-found_at", "-id")
