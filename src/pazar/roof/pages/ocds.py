"""Open data (B12): every procedure of our own as an OCDS 1.1 release package, with its awards once they are decided.

Before the opening it holds no tenderer and no bid, since nothing public does.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from pazar.ground.api.paging import keyset
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.ui import now
from pazar.market.awards import queries as awards
from pazar.market.awards import words
from pazar.market.bids import queries as bids
from pazar.market.procedures import labels, queries
from pazar.market.procedures.rules import ocds
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure

PAGE = 50


@require_safe
def release(request: HttpRequest, named: str) -> HttpResponse:
    """One procedure, by its reference or its id."""
    procedure = queries.public_own(named)
    uri = settings.BASE_URL + reverse("roof:ocds_release", args=[procedure.reference])
    return _answer(_package([procedure], uri=uri))


@require_safe
def named(request: HttpRequest, named: str) -> HttpResponse:
    """The address as somebody types it, without its ending: on to the file. Raises NotFound."""
    return redirect("roof:ocds_release", queries.public_own(named).reference)


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """All procedures, the newest first, a page at a time; `links.next` is the address of the next page."""
    found = queries.published_own().select_related("buyer")
    keyed = keyset(found, ["-published_at", "-id"], request.GET.get("cursor", ""), PAGE)
    here = settings.BASE_URL + reverse("roof:ocds")
    package = _package(keyed.rows, uri=here)
    if keyed.cursor:
        package["links"] = {"next": f"{here}?cursor={keyed.cursor}"}
    return _answer(package)


def _package(procedures: list[Procedure], *, uri: str) -> dict[str, Any]:
    return ocds.package(
        (_release(procedure) for procedure in procedures),
        uri=uri,
        publisher=settings.CENTRE_NAME,
        published_at=now.now(),
    )


def _release(procedure: Procedure) -> dict[str, Any]:
    # One language for machines, whoever asks.
    with translation.override("en"):
        kind = labels.kind(procedure.kind)
    found = ocds.release(
        queries.notice(procedure, site=settings.BASE_URL, kind_label=kind), prefix=settings.OCDS_PREFIX
    )
    if procedure.opened_at is not None:
        _add_counts(found, procedure)
    if procedure.state in (State.AWARDED, State.FAILED):
        _add_awards(found, procedure)
    return ocds.identified(found, reference=procedure.reference)


def _add_counts(found: dict[str, Any], procedure: Procedure) -> None:
    """How many bid, from the opening on; who did is published of the winners alone."""
    with acting(CENTRE):
        counted = bids.opened_counts(procedure.pk)
    found["tender"]["numberOfTenderers"] = counted.bidders
    found["bids"] = {
        "statistics": [
            {"id": "bidders", "measure": "bidders", "value": counted.bidders},
            *(
                {"id": f"bids-{lot['id']}", "measure": "bids", "value": counted.by_lot.get(UUID(lot["id"]), 0)}
                | {"relatedLot": lot["id"]}
                for lot in found["tender"]["lots"]
            ),
        ]
    }


def _add_awards(found: dict[str, Any], procedure: Procedure) -> None:
    """What the buyer decided, lot by lot: public with the award, as on the procedure's page."""
    decided = awards.awards_of(procedure.pk)
    if not decided:
        return
    found["tag"] = [*found["tag"], "award"]
    found["awards"] = []
    lots = {lot["id"]: lot for lot in found["tender"]["lots"]}
    for award in decided:
        entry: dict[str, Any] = {
            "id": str(award.pk),
            "status": "active" if award.company else "unsuccessful",
            "date": ocds.moment(award.decided_at),
            "relatedLots": [str(award.lot_id)],
        }
        if award.lot.title:
            entry["title"] = award.lot.title
        # OCDS has no field for the basis of a value.
        with translation.override("en"):
            basis = words.vat(is_included=procedure.vat_included) if award.company else ""
        if award.reason or basis:
            entry["description"] = "\n".join(filter(None, (award.reason, basis)))
        if award.company is not None:
            supplier = queries.party(award.company)
            entry["suppliers"] = [{"id": ocds.party_id(supplier), "name": supplier.name}]
            entry["value"] = ocds.value(award.amount, award.currency)
            _add_supplier(found["parties"], supplier)
        lots[str(award.lot_id)]["status"] = "complete" if award.company else "unsuccessful"
        found["awards"].append(entry)


def _add_supplier(parties: list[dict[str, Any]], supplier: ocds.Party) -> None:
    known = next((party for party in parties if party["id"] == ocds.party_id(supplier)), None)
    if known is None:
        parties.append(ocds.party(supplier, "supplier"))
    elif "supplier" not in known["roles"]:
        known["roles"].append("supplier")


def _answer(package: dict[str, Any]) -> HttpResponse:
    written = json.dumps(package, ensure_ascii=False, indent=2, default=_number)
    response = HttpResponse(written, content_type="application/json; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _number(value: Any) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    # Amounts here have 15 digits at most: a float's own shortest spelling gives back the very same ones.
    return int(value) if value == value.to_integral_value() else float(value)
