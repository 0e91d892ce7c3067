"""Tell suppliers of what fits their interests (B3)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pazar.events import SuppliersMatched
from pazar.ground import clock
from pazar.ground.codes import wording
from pazar.ground.codes.rules.reason import Reason
from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.roles import BIDDING
from pazar.ground.messages import commands as messages
from pazar.ground.messages.commands import Remembering, Telling, Told
from pazar.ground.postgres.arrays import one_of
from pazar.ground.ui import formats
from pazar.market.matching.models import Match
from pazar.market.matching.queries import reasons

KIND = "match"


def tell_suppliers(event: SuppliersMatched) -> int:
    """Tell the owners and tender managers of the matched companies, each once per procedure; how many were told.

    On the centre always; by mail too, except of an outside procedure no interest of theirs wants mailed. A quiet
    match tells nobody.
    """
    if event.quiet:
        return 0
    with transaction.atomic():
        standing = _standing(event)
        # A match may be gone by now (an interest narrowed or removed): then nobody is told of it.
        there = {row.match_id for row in standing}
        matches = {match.match_id: match for match in event.matches if match.match_id in there}
        staff = people.staff_ids_by_company(company_ids={match.company_id for match in event.matches}, roles=BIDDING)
        mailed = {row.company_id for row in standing if row.mail_outside}
        brought = _brought_by(standing)
        render = _render_of(replace(event, matches=()), int(clock.db_now().timestamp() // 60))
        path = reverse("roof:procedure", args=[event.procedure_id])
        tellings = [
            Telling(
                person_ids=staff.get(match.company_id, ()),
                kind=KIND,
                once=f"match:{event.procedure_id}",
                path=path,
                render=render.of(match.reason, _others(match.match_id, brought.get(match.company_id, ()))),
                company_id=match.company_id,
                mail=not event.is_outside or match.company_id in mailed,
                topics=[str(reached.interest_id) for reached in brought.get(match.company_id, ())],
            )
            for match in matches.values()
        ]
        told = messages.tell_many(tellings)
        Match.objects.filter(one_of("pk", list(matches)), told_at=None).update(told_at=clock.db_now())
        return told


class _Standing(NamedTuple):
    """A match of one of the told companies with the procedure, as it stands now."""

    match_id: UUID
    company_id: UUID
    interest_id: UUID
    name: str
    mail_outside: bool
    dismissed: bool


def _standing(event: SuppliersMatched) -> list[_Standing]:
    found = Match.objects.filter(
        one_of("company_id", [match.company_id for match in event.matches]), procedure_id=event.procedure_id
    )
    rows = found.order_by("interest__name", "interest_id", "id").values_list(
        "pk", "company_id", "interest_id", "interest__name", "interest__mail_outside", "dismissed_at"
    )
    return [_Standing(*row[:5], dismissed=row[5] is not None) for row in rows]


class _Brought(NamedTuple):
    """An interest of a company that the procedure fits; `reason` is known where there are several."""

    match_id: UUID
    interest_id: UUID
    name: str
    reason: Reason | None


def _brought_by(standing: Sequence[_Standing]) -> dict[UUID, list[_Brought]]:
    """Every interest that brought it, by company, with the reasons of those that have several."""
    first: dict[UUID, dict[UUID, tuple[UUID, str]]] = {}
    for row in standing:
        if not row.dismissed:
            first.setdefault(row.company_id, {}).setdefault(row.interest_id, (row.match_id, row.name))
    several = [match_id for own in first.values() if len(own) > 1 for match_id, _name in own.values()]
    why = reasons.of_matches(Match.objects.filter(one_of("pk", several))) if several else {}
    return {
        company_id: [
            _Brought(match_id, interest_id, name, why.get(match_id)) for interest_id, (match_id, name) in own.items()
        ]
        for company_id, own in first.items()
    }


def _others(match_id: UUID, brought: Sequence[_Brought]) -> list[_Brought]:
    """The interests beside the one that speaks."""
    spoken = {each.interest_id for each in brought if each.match_id == match_id}
    return [each for each in brought if each.interest_id not in spoken]


class _Render:
    """What is told of one procedure. All that doesn't differ from one supplier to the next is said once per language
    and zone, and who has the same reasons gets the same renderer: thousands are told at once."""

    def __init__(self, event: SuppliersMatched) -> None:
        self._event = event
        self._facts: dict[tuple[str, str], tuple[str, list[str]]] = {}
        self._reasons: dict[tuple[Reason, str], str] = {}
        self._made: dict[tuple[Reason | None, tuple[tuple[str, Reason | None], ...]], Callable[[str], Told]] = {}

    def of(self, reason: Reason | None, others: Sequence[_Brought]) -> Callable[[str], Told]:
        """What a supplier is told: of the interest that speaks, and of the others."""
        key = reason, tuple((each.name, each.reason) for each in others)
        if key not in self._made:
            self._made[key] = self._renderer(reason, others)
        return self._made[key]

    def _renderer(self, reason: Reason | None, others: Sequence[_Brought]) -> Callable[[str], Told]:
        def render(language: str) -> Told:
            key = language, timezone.get_current_timezone_name()
            if key not in self._facts:
                self._facts[key] = self._say_facts()
            title, facts = self._facts[key]
            lines = [*facts]
            if reason is not None:
                lines.append(_("Why it fits you: %(reason)s.") % {"reason": self._say_reason(reason, language)})
            lines += [
                _("It fits “%(interest)s” too: %(reason)s.")
                % {"interest": each.name, "reason": self._say_reason(each.reason, language)}
                for each in others
                if each.reason is not None
            ]
            return Told(title=title, text="\n\n".join(lines))

        return Remembering(render)

    def _say_facts(self) -> tuple[str, list[str]]:
        event = self._event
        lines = [_("Buyer: %(buyer)s.") % {"buyer": event.buyer_name}] if event.buyer_name else []
        if event.closes_at is not None:
            lines.append(
                _("Bids are taken until %(moment)s (%(left)s).")
                % {"moment": formats.moment(event.closes_at), "left": formats.left(event.closes_at)}
            )
        if event.value_amount is not None and event.currency:
            value = formats.money(event.value_amount, event.currency)
            lines.append(_("Estimated value: %(value)s.") % {"value": value})
        if event.is_outside:
            lines.append(_("It was published elsewhere; bids for it aren't taken on this centre."))
        return _("Fits your interests: %(title)s") % {"title": event.title}, lines

    def _say_reason(self, reason: Reason, language: str) -> str:
        if (reason, language) not in self._reasons:
            self._reasons[reason, language] = wording.sentence(reason, language)
        return self._reasons[reason, language]


@lru_cache(maxsize=4)
def _render_of(about: SuppliersMatched, minute: int) -> _Render:
    """One for all batches of a publication that are told in one minute; the time left is said as of then."""
    return _Render(about)
