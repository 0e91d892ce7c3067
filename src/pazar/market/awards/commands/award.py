"""Award a procedure: each lot to the bid that stands first, all at once."""

import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pazar.events import BidOutcome, LotOutcome, ProcedureAwarded
from pazar.ground import clock, journal, outbox
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.ground.people.commands import approvals
from pazar.ground.people.commands.approvals import Wish
from pazar.ground.people.rules.chain import Kind
from pazar.market.awards import policies, queries
from pazar.market.awards.commands import shared
from pazar.market.awards.models import Award
from pazar.market.awards.queries import Comparison
from pazar.market.awards.refusals import ComparisonChanged
from pazar.market.awards.rules.record import record
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands import states

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


def fingerprint(comparison: Comparison) -> str:
    """What the buyer saw: the award is made of this comparison or not at all."""
    seen = [[str(lot.lot.pk), record(lot.ranking)] for lot in comparison.lots]
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:32]


def award_wish(procedure: "Procedure", comparison: Comparison) -> Wish:
    """What a second person approves: this ranking, worth the sum of what it awards (A4)."""
    winners = [lot.ranking.winner for lot in comparison.lots]
    return Wish(
        kind=Kind.AWARD,
        subject_id=procedure.pk,
        digest=fingerprint(comparison),
        title=procedure.title,
        path=reverse("awards:decide", args=[procedure.pk]),
        currency=procedure.currency,
        amount=sum((winner.total for winner in winners if winner), Decimal(0)),
    )


def wish_for(actor: Actor, procedure_id: UUID) -> Wish:
    """The same for whoever asks. Raises NotFound, NotAllowed, NotOpened, AlreadyAwarded."""
    procedure = procedures.own_procedure(actor, procedure_id)
    policies.require_buyer(actor, procedure)
    policies.require_undecided(procedure)
    return award_wish(procedure, queries.comparison(procedure))


def award_procedure(*, actor: Actor, procedure_id: UUID, seen: str, reason: str = "") -> list[Award]:
    """Award every lot to the lowest price in its ranking; a lot without a standing bid is awarded to nobody (B9, B10).

    `seen` is the `fingerprint` of the comparison on the buyer's screen. Everybody is told by what listens to
    ProcedureAwarded. Raises NotFound, NotAllowed, NotOpened, AlreadyAwarded, ComparisonChanged, ApprovalMissing,
    Invalid.
    """
    with acting(actor):
        procedure = procedures.lock_procedure(procedure_id)
        moment = clock.db_now()
        person_id = policies.require_buyer(actor, procedure)
        policies.require_undecided(procedure)
        reason = shared.reason(reason, required=False)
        comparison = queries.comparison(procedure)
        if fingerprint(comparison) != seen:
            raise ComparisonChanged
        approvals.require(actor, Kind.AWARD, procedure.pk, lambda: award_wish(procedure, comparison))

        awards = []
        for compared in comparison.lots:
            winner = compared.ranking.winner
            awards.append(
                Award(
                    procedure=procedure,
                    lot=compared.lot,
                    bid_id=winner.bid.bid_id if winner else None,
                    company_id=winner.bid.company_id if winner else None,
                    amount=winner.total if winner else None,
                    currency=procedure.currency,
                    ranking=record(compared.ranking),
                    reason=reason,
                    decided_at=moment,
                    decided_by_id=person_id,
                )
            )
        Award.objects.bulk_create(awards)
        if any(award.bid_id for award in awards):
            states.mark_awarded(procedure, actor=actor, moment=moment)
        else:
            states.mark_failed(procedure, actor=actor, moment=moment, reason=reason or _nobody(procedure.language))
        journal.append(
            "lots.awarded",
            actor=actor,
            subject=procedure,
            lots=[
                {
                    "lot": str(award.lot_id),
                    "company": str(award.company_id or ""),
                    "amount": "" if award.amount is None else format(award.amount, "f"),
                    "currency": award.currency,
                }
                for award in awards
            ],
        )
        outbox.publish(
            ProcedureAwarded(
                procedure_id=procedure.pk,
                reference=procedure.reference,
                title=procedure.title,
                awarded_at=moment,
                outcomes=_outcomes(comparison, awards),
                vat_included=procedure.vat_included,
            )
        )
        return awards


def _nobody(language: str) -> str:
    """In the procedure's own language, as everything else it says."""
    with translation.override(language or None):
        return _("No bid stood in any ranking.")


def _outcomes(comparison: Comparison, awards: list[Award]) -> tuple[BidOutcome, ...]:
    """For each bid: what it won, or what it had asked for, over all lots; and each of its lots."""
    winners = {award.lot_id: award.bid_id for award in awards}
    found: dict[tuple[UUID, UUID], list[LotOutcome]] = {}
    for compared in comparison.lots:
        lot, ranking = compared.lot, compared.ranking
        for bid in [*(r.bid for r in ranking.ranked), *(o.bid for o in ranking.out)]:
            outcome = LotOutcome(
                number=lot.number,
                title=lot.title or comparison.procedure.title,
                won=winners[lot.pk] == bid.bid_id,
                amount=bid.total,
            )
            found.setdefault((bid.bid_id, bid.company_id), []).append(outcome)
    return tuple(
        _outcome(bid_id, company_id, lots, comparison.procedure.currency)
        for (bid_id, company_id), lots in sorted(found.items(), key=lambda pair: str(pair[0][0]))
    )


def _outcome(bid_id: UUID, company_id: UUID, lots: list[LotOutcome], currency: str) -> BidOutcome:
    won = [lot for lot in lots if lot.won]
    return BidOutcome(
        bid_id=bid_id,
        company_id=company_id,
        won=bool(won),
        amount=sum((lot.amount or Decimal(0) for lot in won or lots), Decimal(0)),
        currency=currency,
        lots=tuple(lots),
    )
