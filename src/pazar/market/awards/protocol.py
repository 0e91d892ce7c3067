"""The protocol of an award: what was opened, how it was ranked, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pazar.ground import clock
from pazar.ground.documents.typeset import typeset
from pazar.ground.ui import formats
from pazar.market.awards import words
from pazar.market.awards.models import Award

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure

TEMPLATE = Path(__file__).with_name("protocol.typ")


def make(procedure: Procedure, awards: Sequence[Award], *, language: str) -> bytes:
    """PDF/A in `language`. Times are written in the centre's zone, which is named."""
    # The protocol is one for all: not in the zone of whoever fetches it.
    with translation.override(language), timezone.override(settings.CENTRE_ZONE):
        return typeset(TEMPLATE, data=_data(procedure, awards), language=language)


def _data(procedure: Procedure, awards: Sequence[Award]) -> dict[str, Any]:
    decided = awards[0]
    return {
        "title": _("Protocol of the award"),
        "number": procedure.reference,
        "made": _moment(clock.db_now()),
        "centre": settings.CENTRE_NAME,
        "page_word": _("Page"),
        "facts": [
            [_("Procedure"), procedure.title],
            [_("Buyer"), procedure.buyer_name],
            [_("Bids closed"), _moment(procedure.closes_at)],
            [_("Bids opened"), _moment(procedure.opened_at)],
            [_("Decided"), _moment(decided.decided_at)],
            [_("Decided by"), decided.decided_by.name],
            [_("Award by"), _("Lowest price")],
            [_("Prices"), words.vat(is_included=procedure.vat_included)],
        ],
        "rule_title": _("The rule"),
        "rule": str(words.RULE),
        "head": [_("Place"), _("Bidder"), _("Price"), _("Over the best")],
        "out_head": [_("Outside the ranking"), _("Price"), _("Why")],
        "lots": [_lot(award) for award in awards],
        "digest_title": _("Digests of the sealed bids"),
        "digest_head": [_("Bidder"), _("Received"), "SHA-256"],
        "digests": _digests(awards),
        "reason_title": _("Reasons"),
        "reason": decided.reason,
    }


def _digests(awards: Sequence[Award]) -> list[list[str]]:
    """Of every bid that was opened, in the order in which they came in."""
    parts = {
        (part["received_at"], part["company_name"], part["digest"])
        for award in awards
        for name in ("ranked", "out")
        for part in award.ranking[name]
    }
    return [[name, words.received(at), digest] for at, name, digest in sorted(parts)]


def _moment(at: datetime | None) -> str:
    return "" if at is None else formats.moment(at, seconds=True, year=True)


def _lot(award: Award) -> dict[str, Any]:
    return {
        "title": _("Lot {number}. {title}").format(
            number=award.lot.number, title=award.lot.title or award.procedure.title
        ),
        "rows": [
            [
                str(r["rank"]),
                r["company_name"] + (f" ({words.tie(r['tie'])})" if r["tie"] else ""),
                formats.money(Decimal(r["total"]), r["currency"]),
                words.over(None if r["rank"] == 1 or r["over_best_share"] is None else Decimal(r["over_best_share"])),
            ]
            for r in award.ranking["ranked"]
        ],
        "out": [
            [
                o["company_name"],
                "" if o["total"] is None else formats.money(Decimal(o["total"]), o["currency"]),
                words.out(o["reason"], o["words"]),
            ]
            for o in award.ranking["out"]
        ],
        "decision": (
            _("Awarded to {winner} for {amount}.").format(
                winner=award.company.name, amount=formats.money(award.amount, award.currency)
            )
            if award.company and award.amount is not None
            else _("Awarded to nobody.")
        ),
    }
