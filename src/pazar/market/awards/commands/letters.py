"""Letters to everybody who bid, each with his own place on every lot (B10)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from pazar.events import ProcedureAwarded
from pazar.ground.identity import queries as identity
from pazar.ground.identity.rules.roles import BIDDING
from pazar.ground.messages.commands import Telling, Told, tell_many
from pazar.ground.ui import formats
from pazar.market.awards import queries, words
from pazar.market.awards.models import Award
from pazar.market.awards.rules.ranking import OutReason


def send_letters(event: ProcedureAwarded) -> None:
    """Tell each bidder's people, once, in their language: won or not, every lot's winner, their own place."""
    awards = queries.awards_of(event.procedure_id)
    lots = [_lot(award) for award in awards]
    reason = awards[0].reason if awards else ""
    path = f"{reverse('roof:procedure', args=[event.procedure_id])}?tab=award"
    tell_many(
        [
            Telling(
                person_ids=[person.pk for person in identity.staff(company_id=outcome.company_id, roles=BIDDING)],
                kind="award",
                once=f"award:{event.procedure_id}:{outcome.bid_id}",
                path=path,
                render=_letter(event, won=outcome.won, bid_id=outcome.bid_id, lots=lots, reason=reason),
                company_id=outcome.company_id,
            )
            for outcome in event.outcomes
        ]
    )


def _lot(award: Award) -> dict[str, Any]:
    return {
        "number": award.lot.number,
        "title": award.lot.title or award.procedure.title,  # a single lot needs none of its own
        "winner": award.company.name if award.company else "",
        "amount": award.amount,
        "currency": award.currency,
        "bid": award.bid_id,
        "bids": {str(bid) for bid in queries.lots_bids(award)},
        "vat_included": award.procedure.vat_included,
        "ranking": award.ranking,
    }


def _letter(
    event: ProcedureAwarded, *, won: bool, bid_id: UUID, lots: list[dict[str, Any]], reason: str
) -> Callable[[str], Told]:
    def render(language: str) -> Told:
        mine = [lot for lot in lots if str(bid_id) in lot["bids"]]
        got = [str(lot["number"]) for lot in mine if lot["bid"] == bid_id]
        lost = [str(lot["number"]) for lot in mine if lot["bid"] != bid_id]
        is_part = bool(won and got and lost)
        if is_part:
            title = _("You won {won} of {count} lots: {title} ({reference})")
        elif won:
            title = _("You won: {title} ({reference})")
        else:
            title = _("Your bid was not chosen: {title} ({reference})")
        title = title.format(title=event.title, reference=event.reference, won=len(got), count=len(mine))
        said = [_sentence(lot, bid_id) for lot in lots]
        if is_part:
            ended = _("Lots you won: {won}. Lots you bid on and did not win: {lost}.")
            said.insert(0, ended.format(won=", ".join(got), lost=", ".join(lost)))
        if lots:
            said.append(words.vat(is_included=lots[0]["vat_included"]))
        if reason:
            said.append(_("The buyer's reasons: {reason}").format(reason=reason))
        return Told(title=title, text="\n\n".join(said))

    return render


def _sentence(lot: dict[str, Any], bid_id: UUID) -> str:
    """One lot: who won it at what price, and where this bid stood."""
    name = _("Lot {number}, {title}.").format(number=lot["number"], title=lot["title"])
    if lot["winner"]:
        amount = formats.money(lot["amount"], lot["currency"])
        ended = _("Awarded to {winner} for {amount}.").format(winner=lot["winner"], amount=amount)
    else:
        ended = _("Awarded to nobody.")
    own = next((r for r in lot["ranking"]["ranked"] if r["bid"] == str(bid_id)), None)
    if own:
        place = _("Your price {amount} stood at place {rank} of {count}.").format(
            amount=formats.money(Decimal(own["total"]), own["currency"]),
            rank=own["rank"],
            count=len(lot["ranking"]["ranked"]),
        )
        return f"{name} {ended} {place}"
    out = next((o for o in lot["ranking"]["out"] if o["bid"] == str(bid_id)), None)
    if out is None:
        return f"{name} {ended} " + _("You made no bid on it.")
    if out["reason"] == OutReason.SET_ASIDE:
        return f"{name} {ended} " + _("Your bid was set aside: {words}").format(words=out["words"])
    why = words.out(out["reason"], out["words"])
    return f"{name} {ended} " + _("Your bid stands outside the ranking: {why}").format(why=why)
