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
from pazar.market.companies.adapters import lookalikes
from pazar.market.companies.models import (
    Application,
    Decision,
    KnownName,
    RegisterChange,
    SanctionEntry,
    SanctionList,
    Watch,
)
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
        *_names(application),
        *_people(application),
        *_used_before(application),
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


def _names(application: Application) -> list[Check]:
    near = lookalikes.near(application.name, without=application.company_id or application.pk)
    by_source: dict[str, list[lookalikes.Alike]] = {}
    for one in near:
        by_source.setdefault(one.source, []).append(one)
    found = [
        Check(
            verdict=verdict,
            label=label,
            evidence=tuple(_alike(one) for one in by_source[source]),
        )
        for source, verdict, label in _ALIKE
        if source in by_source
    ]
    return found or [Check(verdict=Verdict.GOOD, label=_("No name known here is like it"), evidence=())]


_ALIKE = (
    (KnownName.Source.SANCTION, Verdict.BAD, _("The name is like one on a list of sanctions")),
    (KnownName.Source.SUSPENDED, Verdict.BAD, _("The name is like that of a suspended company")),
    (KnownName.Source.REFUSED, Verdict.LOOK, _("The name is like one that was refused")),
    (KnownName.Source.MEMBER, Verdict.BAD, _("The name looks like one that is here")),
)


def _alike(one: lookalikes.Alike) -> str:
    if one.entry_id is not None:
        return _listed(one)
    return f"{one.name} ({one.score:.0f} %)"


def _listed(one: lookalikes.Alike) -> str:
    assert one.entry_id is not None
    entry = SanctionEntry.objects.select_related("of_list").get(pk=one.entry_id)
    parts = (entry.programme, entry.reference, entry.listed_on.isoformat() if entry.listed_on else "")
    about = ", ".join(filter(None, parts))
    shown = f"{one.name} ({one.score:.0f} %): {entry.of_list.name}, {entry.of_list.as_of.isoformat()}"
    return f"{shown}; {about}" if about else shown


def _people(application: Application) -> list[Check]:
    """Whoever registers, represents or owns it, beside the lists of sanctions; owners beside the register (A3)."""
    told = [str(name) for name in application.register.get("representatives", [])]
    evidence: list[str] = []
    for name in dict.fromkeys([application.person_name, *application.owners, *told]):
        evidence += [_listed(one) for one in lookalikes.near(name, sources=[KnownName.Source.SANCTION], limit=2)]
    number = SanctionEntry.objects.filter(number=application.number).exclude(number="").select_related("of_list")
    evidence += [f"{entry.name} ({entry.number}): {entry.of_list.name}" for entry in number[:3]]
    found = []
    if evidence:
        label = _("A person or number is on a list of sanctions")
        found.append(Check(verdict=Verdict.BAD, label=label, evidence=tuple(evidence[:8])))
    elif SanctionList.objects.exists():
        lists = ", ".join(f"{one.name} ({one.as_of.isoformat()})" for one in SanctionList.objects.order_by("name")[:6])
        found.append(Check(verdict=Verdict.GOOD, label=_("Nobody is on a list of sanctions"), evidence=(lists,)))
    else:
        nothing = said("No list is loaded: pazar sanctions load FILE.")
        found.append(Check(verdict=Verdict.LOOK, label=_("Lists of sanctions weren't asked"), evidence=(nothing,)))
    if application.owners:
        known = {names.skeleton(name) for name in told}
        unknown = [name for name in application.owners if names.skeleton(name) not in known]
        label = _("The declared owners") if told else _("Declared owners, unchecked: the register names nobody")
        shown = tuple(
            said("{name}: not named by the register").format(name=name) if told and name in unknown else name
            for name in application.owners
        )
        found.append(Check(verdict=Verdict.LOOK if unknown else Verdict.GOOD, label=label, evidence=shown))
    return found


def _used_before(application: Application) -> list[Check]:
    """Bank account, telephone, address and computer, beside those of other cases and what became of them (A3)."""
    found = []
    for name, label in _TRACES:
        value = getattr(application, name)
        if not value:
            continue
        others = Application.objects.filter(**{name: bytes(value) if name == "device" else value})
        others = others.exclude(pk=application.pk).exclude(state=State.UNCONFIRMED)
        others = others.exclude(country=application.country, number=application.number)
        rows = list(others.order_by("-made_at")[:5])
        if rows:
            bad = any(row.state == State.REFUSED for row in rows)
            evidence = tuple(
                f"{row.made_at:%Y-%m-%d}: {row.name}, {row.country} {row.number} ({_state(row)})" for row in rows
            )
            found.append(Check(verdict=Verdict.BAD if bad else Verdict.LOOK, label=label, evidence=evidence))
    account = application.account
    if account and account[:2] != application.country:
        evidence = (said("The account is kept in {country}.").format(country=account[:2]),)
        found.append(Check(verdict=Verdict.LOOK, label=_("A bank account abroad"), evidence=evidence))
    return found


_TRACES = (
    ("account", _("The bank account was used before")),
    ("telephone", _("The telephone number was used before")),
    ("address_key", _("Another company registered with this address")),
    ("device", _("Another company was registered from this computer")),
)


def _state(application: Application) -> str:
    return {
        State.WAITING: said("waiting"),
        State.ASKED: said("asked for more"),
        State.APPROVED: said("let in"),
        State.REFUSED: said("refused"),
    }.get(State(application.state), said("with its owners"))


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


def sanction_lists() -> Sequence[SanctionList]:
    return list(SanctionList.objects.order_by("name"))


def sanction_entries(list_id: int | None) -> QuerySet[SanctionEntry]:
    """Entries of one list, or of all."""
    found = SanctionEntry.objects.select_related("of_list").order_by("name", "id")
    return found.filter(of_list_id=list_id) if list_id else found


def sanctioned(name: str) -> list[tuple[lookalikes.Alike, SanctionEntry]]:
    """Who on the lists is called alike, the nearest first."""
    near = lookalikes.near(name, sources=[KnownName.Source.SANCTION], limit=20)
    entries = SanctionEntry.objects.select_related("of_list").in_bulk([one.entry_id for one in near if one.entry_id])
    return [(one, entries[one.entry_id]) for one in near if one.entry_id in entries]


@dataclass(frozen=True, kw_only=True)
class Age:
    """How long cases wait that wait now."""

    label: str
    count: int


def ages(actor: Actor, moment: datetime) -> Sequence[Age]:
    steps = (
        (said("less than four hours"), timedelta(0), timedelta(hours=4)),
        (said("four hours to a day"), timedelta(hours=4), timedelta(days=1)),
        (said("one to three days"), timedelta(days=1), timedelta(days=3)),
        (said("longer"), timedelta(days=3), timedelta(days=36500)),
    )
    counted = queue(actor).aggregate(
        **{
            f"n{n}": Count("pk", filter=Q(confirmed_at__lte=moment - least, confirmed_at__gt=moment - most))
            for n, (_label, least, most) in enumerate(steps)
        }
    )
    return [Age(label=label, count=counted[f"n{n}"]) for n, (label, _least, _most) in enumerate(steps)]
