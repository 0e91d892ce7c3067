"""Tell bidders and buyers what happened with bids: never to anybody else that there are any (B3, B8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from pazar.ground.identity import queries as identity
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import BIDDING, BUYING
from pazar.ground.identity.scope import acting
from pazar.ground.messages.commands import Telling, Told, tell_many
from pazar.ground.ui import formats
from pazar.market.bids.models import Bid, OpenedEnvelope, Submission
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    pass

RECEIPT = "bid_receipt"
CHANGED = "bid_procedure_changed"
OPENING = "bid_opening"


def confirm_receipt(*, bid_id: UUID, person_id: UUID, submitted_at: datetime) -> None:
    """Tell whoever submitted a sealed bid that it is in the box; nobody else."""
    with transaction.atomic(), acting(CENTRE):
        bid = Bid.objects.select_related("procedure").get(pk=bid_id)
        reference = bid.procedure.reference
        found = Submission.objects.filter(bid_id=bid_id, received_at=submitted_at).only("number").first()
        number = found.number if found else 1
        tell_many(
            [
                Telling(
                    person_ids=[person_id],
                    kind=RECEIPT,
                    once=f"bid-submitted:{bid_id}:{submitted_at.isoformat()}",
                    path=reverse("bids:receipt", args=[bid_id]),
                    company_id=bid.company_id,
                    render=lambda _language: Told(
                        title=_in_the_box(reference, number),
                        text=_("It was taken in on %(at)s. Keep its receipt: nobody can then take the bid out unseen.")
                        % {"at": formats.moment(submitted_at, seconds=True, year=True)},
                    ),
                )
            ]
        )


def _in_the_box(reference: str, number: int) -> str:
    """Of a bid that replaced another, so that its receipts can be told apart."""
    if number == 1:
        return _("Your bid on %(reference)s is in the box") % {"reference": reference}
    return _("Your bid on %(reference)s is in the box: submission %(number)s") % {
        "reference": reference,
        "number": number,
    }


def confirm_withdrawal(*, bid_id: UUID, withdrawn_at: datetime) -> None:
    """Tell those who bid for the bidder that the sealed bid was taken out of the box; nobody else."""
    with transaction.atomic(), acting(CENTRE):
        bid = Bid.objects.select_related("procedure").get(pk=bid_id)
        reference = bid.procedure.reference
        tell_many(
            [
                Telling(
                    person_ids=_people([bid]).get(bid.company_id, []),
                    kind=RECEIPT,
                    once=f"bid-withdrawn:{bid_id}:{withdrawn_at.isoformat()}",
                    path=reverse("bids:bid", args=[bid_id]),
                    company_id=bid.company_id,
                    render=lambda _language: Told(
                        title=_("Your bid on %(reference)s was withdrawn") % {"reference": reference},
                        text=_(
                            "It was taken out of the box on %(at)s and stays shut for ever. "
                            "Until the deadline you can seal and submit it again."
                        )
                        % {"at": formats.moment(withdrawn_at, seconds=True, year=True)},
                    ),
                )
            ]
        )


def tell_of_change(*, procedure_id: UUID, version: int) -> None:
    """Tell everybody who drafted or submitted that the procedure changed and the bid wants to be confirmed."""
    with transaction.atomic(), acting(CENTRE):
        procedure = procedures.procedure_for(CENTRE, procedure_id)
        reference = procedure.reference
        reason = next((one.reason for one in procedures.version_list(procedure_id) if one.number == version), "")
        bids = _bids(procedure_id)
        people = _people(bids)
        tell_many(
            [
                Telling(
                    person_ids=people.get(bid.company_id, []),
                    kind=CHANGED,
                    once=f"procedure-changed:{procedure_id}:{version}",
                    path=reverse("bids:bid", args=[bid.pk]),
                    company_id=bid.company_id,
                    render=lambda _language: Told(
                        title=_("%(reference)s changed: confirm your bid") % {"reference": reference},
                        text=_("Version %(version)s is in force. Read what changed, confirm it, and seal the bid anew.")
                        % {"version": version}
                        + (("\n\n" + _("The buyer's reason: %(reason)s") % {"reason": reason}) if reason else ""),
                    ),
                )
                for bid in bids
            ]
        )


def tell_of_end(*, procedure_id: UUID, reason: str) -> None:
    """Tell everybody who drafted or submitted that the buyer gave the procedure up."""
    with transaction.atomic(), acting(CENTRE):
        procedure = procedures.procedure_for(CENTRE, procedure_id)
        reference = procedure.reference
        bids = _bids(procedure_id)
        people = _people(bids)
        tell_many(
            [
                Telling(
                    person_ids=people.get(bid.company_id, []),
                    kind=CHANGED,
                    once=f"procedure-cancelled:{procedure_id}",
                    path=reverse("roof:procedure", args=[procedure_id]),
                    company_id=bid.company_id,
                    render=lambda _language: Told(
                        title=_("The buyer gave %(reference)s up") % {"reference": reference},
                        text=_("The buyer's reason: %(reason)s") % {"reason": reason}
                        + "\n\n"
                        + _("Sealed bids stay shut for ever."),
                    ),
                )
                for bid in bids
            ]
        )


def tell_of_closing(*, procedure_id: UUID) -> None:
    """Tell the buyer's people, and whoever holds the second key, that the bids can be opened; not how many."""
    with transaction.atomic(), acting(CENTRE):
        procedure = procedures.procedure_for(CENTRE, procedure_id)
        if procedure.buyer_id is None or procedure.state != State.CLOSED:
            return
        reference = procedure.reference
        buyers = {person.pk for person in identity.staff(company_id=procedure.buyer_id, roles=BUYING)}
        holders = {procedure.seal_person_id} if procedure.seal_person_id else set()
        tell_many(
            [
                Telling(
                    person_ids=buyers | holders,
                    kind=OPENING,
                    once=f"box-closed:{procedure_id}",
                    path=reverse("bids:opening", args=[procedure_id]),
                    company_id=procedure.buyer_id,
                    render=lambda _language: Told(
                        title=_("The tender period of %(reference)s is over") % {"reference": reference},
                        text=_("The box is shut. You can open the bids."),
                    ),
                )
            ]
        )


def tell_of_opening(*, procedure_id: UUID) -> None:
    """Tell those whose bids were opened, and him whose envelope a holder couldn't open what he can do about it."""
    with transaction.atomic(), acting(CENTRE):
        procedure = procedures.procedure_for(CENTRE, procedure_id)
        reference = procedure.reference
        bids = _bids(procedure_id)
        people = _people(bids)
        shut_by: dict[UUID, set[str]] = {}
        rows = OpenedEnvelope.objects.filter(envelope__submission__bid__procedure_id=procedure_id)
        for bid_id, said in rows.exclude(not_opened_by=[]).values_list("envelope__submission__bid_id", "not_opened_by"):
            shut_by.setdefault(bid_id, set()).update(one["name"] for one in said)
        tell_many(
            [
                Telling(
                    person_ids=people.get(bid.company_id, []),
                    kind=OPENING,
                    once=f"box-opened:{procedure_id}",
                    path=reverse("bids:opening", args=[procedure_id]),
                    company_id=bid.company_id,
                    render=partial(_opened, reference, sorted(shut_by.get(bid.pk, ()))),
                )
                for bid in bids
                if bid.is_sealed
            ]
        )


def _opened(reference: str, shut_by: list[str], _language: str) -> Told:
    text = _("The record names every bid with its totals, digests and keys.")
    if shut_by:
        text += "\n\n" + _(
            "Something in your bid stayed shut: %(names)s said twice that the share of the key sealed there can't be "
            "opened. The record holds the digest of that share. If you sealed it as the centre's page does, object to "
            "the buyer: only the holder's key can show who is right, and it gives away nothing once the box is open."
        ) % {"names": ", ".join(shut_by)}
    return Told(title=_("The bids on %(reference)s are open") % {"reference": reference}, text=text)


def _bids(procedure_id: UUID) -> list[Bid]:
    return list(Bid.objects.filter(procedure_id=procedure_id).defer("draft").order_by("pk"))


def _people(bids: Collection[Bid]) -> Mapping[UUID, Collection[UUID]]:
    """Who of each bidder is told."""
    staff = identity.staff_by_company(company_ids={bid.company_id for bid in bids}, roles=BIDDING)
    return {company_id: [person.pk for person in persons] for company_id, persons in staff.items()}
