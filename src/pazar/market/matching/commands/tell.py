"""Tell suppliers of what fits their interests (B3)."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from pazar.events import SuppliersMatched
from pazar.ground import clock
from pazar.ground.codes import wording
from pazar.ground.codes.rules.reason import Reason
from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.roles import BIDDING
from pazar.ground.messages import commands as messages
from pazar.ground.messages.commands import Telling, Told
from pazar.ground.ui import formats
from pazar.market.matching.models import Match

KIND = "match"


def tell_suppliers(event: SuppliersMatched) -> int:
    """Tell the owners and tender managers of the matched companies, each once per procedure; how many were told.

    On the centre always; by mail too, except of an outside procedure no interest of theirs wants mailed. A quiet
    match tells nobody.
    """
    if event.quiet:
        return 0
    with transaction.atomic():
        # A match may be gone by now (an interest narrowed or removed): then nobody is told of it.
        there = set(
            Match.objects.filter(pk__in=[match.match_id for match in event.matches]).values_list("pk", flat=True)
        )
        matches = {match.match_id: match for match in event.matches if match.match_id in there}
        staff = people.staff_by_company(company_ids={match.company_id for match in event.matches}, roles=BIDDING)
        mailed = _mail_wanted(event)
        tellings = [
            Telling(
                person_ids=[person.pk for person in staff.get(match.company_id, ())],
                kind=KIND,
                once=f"match:{event.procedure_id}",
                path=reverse("roof:procedure", args=[event.procedure_id]),
                render=_render(event, match.reason),
                company_id=match.company_id,
                mail=not event.is_outside or match.company_id in mailed,
            )
            for match in matches.values()
        ]
        told = messages.tell_many(tellings)
        Match.objects.filter(pk__in=list(matches), told_at=None).update(told_at=clock.db_now())
        return told


def _mail_wanted(event: SuppliersMatched) -> set[UUID]:
    """The companies with an interest that brought this outside procedure and wants such by mail."""
    if not event.is_outside:
        return set()
    company_ids: Sequence[UUID] = [match.company_id for match in event.matches]
    return set(
        Match.objects.filter(
            procedure_id=event.procedure_id, company_id__in=company_ids, interest__mail_outside=True
        ).values_list("company_id", flat=True)
    )


def _render(event: SuppliersMatched, reason: Reason | None) -> Callable[[str], Told]:
    def render(language: str) -> Told:
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
        if reason is not None:
            lines.append(_("Why it fits you: %(reason)s.") % {"reason": wording.sentence(reason, language)})
        return Told(title=_("Fits your interests: %(title)s") % {"title": event.title}, text="\n\n".join(lines))

    return render
