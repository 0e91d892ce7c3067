"""Events of the house as companies' own systems are told of them: whose they are, and in which public words.

A name of a type or of a field, once published, stays: others' programs rely on it. New ones may be added.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar import events
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.webhooks.kinds import Public
from pazar.market.bids import queries as bids
from pazar.market.matching.queries import matches
from pazar.market.procedures import queries as procedures

TYPES: dict[str, str | Promise] = {
    "match.found": _("A procedure fits one of our interests"),
    "procedure.published": _("A procedure of ours was published"),
    "procedure.changed": _("A procedure we sell in or buy by was changed"),
    "procedure.cancelled": _("A procedure we sell in or buy by was given up"),
    "procedure.closed": _("The deadline of a procedure we sell in or buy by is over"),
    "procedure.opened": _("The bids of a procedure we sell in or buy by were opened"),
    "procedure.awarded": _("A procedure we bid in or buy by was decided"),
    "lead.taken": _("A procedure became a lead of our sales desk"),
}


def _match_found(event: events.SuppliersMatched) -> Iterable[Public]:
    """Quiet matches tell nobody, here as elsewhere."""
    if event.quiet:
        return
    for match in event.matches:
        yield Public(
            company_id=match.company_id,
            type="match.found",
            data={
                **_of(event.procedure_id),
                "match_id": str(match.match_id),
                "reference": event.reference,
                "title": event.title,
                "buyer": {"name": event.buyer_name, "country": event.buyer_country, "number": event.buyer_number},
                "closes_at": event.closes_at.isoformat() if event.closes_at else None,
                "value": {"amount": str(event.value_amount), "currency": event.currency}
                if event.value_amount is not None
                else None,
                "categories": list(event.cpv),
                "is_outside": event.is_outside,
            },
        )


def _published(event: events.ProcedurePublished) -> Iterable[Public]:
    buyer_id = procedures.procedure_for(CENTRE, event.procedure_id).buyer_id
    if buyer_id is not None:
        data = {**_of(event.procedure_id), "version": event.version}
        yield Public(company_id=buyer_id, type="procedure.published", data=data)


def _changed(event: events.ProcedureChanged) -> Iterable[Public]:
    data = {
        **_of(event.procedure_id),
        "version": event.version,
        "title": event.title,
        "closes_at": event.closes_at.isoformat() if event.closes_at else None,
    }
    return _to_concerned("procedure.changed", event.procedure_id, data)


def _cancelled(event: events.ProcedureCancelled) -> Iterable[Public]:
    data = {**_of(event.procedure_id), "title": event.title, "reason": event.reason}
    return _to_concerned("procedure.cancelled", event.procedure_id, data)


def _closed(event: events.ProcedureClosed) -> Iterable[Public]:
    return _to_concerned("procedure.closed", event.procedure_id, _of(event.procedure_id))


def _opened(event: events.BoxOpened) -> Iterable[Public]:
    data = {**_of(event.procedure_id), "opened_at": event.opened_at.isoformat()}
    return _to_concerned("procedure.opened", event.procedure_id, data)


def _awarded(event: events.ProcedureAwarded) -> Iterable[Public]:
    """Each bidder his own outcome; the buyer that it is decided."""
    data = {
        **_of(event.procedure_id),
        "reference": event.reference,
        "title": event.title,
        "awarded_at": event.awarded_at.isoformat(),
    }
    for outcome in event.outcomes:
        value = {"amount": str(outcome.amount), "currency": outcome.currency}
        own = {"bid_id": str(outcome.bid_id), "won": outcome.won, "value": value}
        yield Public(company_id=outcome.company_id, type="procedure.awarded", data={**data, "outcome": own})
    buyer_id = procedures.procedure_for(CENTRE, event.procedure_id).buyer_id
    if buyer_id is not None:
        yield Public(company_id=buyer_id, type="procedure.awarded", data=data)


def _lead_taken(event: events.LeadTaken) -> Iterable[Public]:
    data = {**_of(event.procedure_id), "lead_id": str(event.lead_id)}
    yield Public(company_id=event.company_id, type="lead.taken", data=data)


def _of(procedure_id: UUID) -> dict[str, Any]:
    path = reverse("roof:procedure", args=[procedure_id])
    return {"procedure_id": str(procedure_id), "url": settings.BASE_URL + path}


def _to_concerned(kind: str, procedure_id: UUID, data: Mapping[str, Any]) -> Iterable[Public]:
    """The buyer, whoever it matched and whoever began a bid: so that nobody in the list is known to have bid."""
    buyer_id = procedures.procedure_for(CENTRE, procedure_id).buyer_id
    companies = {buyer_id, *matches.companies_matched(procedure_id), *bids.companies_bidding(procedure_id)}
    for company_id in sorted(company for company in companies if company is not None):
        yield Public(company_id=company_id, type=kind, data=data)


TRANSLATIONS: dict[type, Callable[[Any], Iterable[Public]]] = {
    events.SuppliersMatched: _match_found,
    events.ProcedurePublished: _published,
    events.ProcedureChanged: _changed,
    events.ProcedureCancelled: _cancelled,
    events.ProcedureClosed: _closed,
    events.BoxOpened: _opened,
    events.ProcedureAwarded: _awarded,
    events.LeadTaken: _lead_taken,
}
