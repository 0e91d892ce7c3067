"""Not for me, because…: a reason, a proposal, and the interest narrowed by one click."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pazar.ground.codes import queries as codes
from pazar.ground.identity import policies as roles
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.market.matching import policies
from pazar.market.matching.commands import narrow
from pazar.market.matching.commands.narrow import NothingToNarrow
from pazar.market.matching.queries import narrowings
from pazar.market.matching.queries.narrowings import Narrowing
from pazar.market.matching.rules.narrowing import Because


@dataclass(frozen=True, kw_only=True)
class _Choice:
    key: str
    label: str | Promise
    current: bool


@dataclass(frozen=True, kw_only=True)
class _Shown:
    narrowing: Narrowing
    gone: list[str]
    added: list[str]


def _because(text: str) -> Because | None:
    return Because(text) if text in set(Because) else None


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def because(request: ActorRequest, procedure_id: UUID) -> HttpResponseBase:
    """GET shows reasons and, for one, what would change; POST changes the interest and puts the procedure away."""
    rows = narrowings.matched(request.actor, procedure_id)
    roles.require(request.actor, policies.MAY_CHANGE)
    asked = request.POST if request.method == "POST" else request.GET
    chosen, word = _because(asked.get("because", "")), asked.get("word", "")[:100]
    if request.method == "POST" and chosen is not None:
        try:
            changed = narrow.narrow_interest(
                actor=request.actor,
                procedure_id=procedure_id,
                interest_id=_uuid(asked.get("interest", "")),
                version=int(asked["version"]) if asked.get("version", "").isdecimal() else 0,
                because=chosen,
                word=word,
            )
        except NothingToNarrow as refusal:
            flash.error(request, " ".join(str(sentence) for sentence in refusal.sentences))
        else:
            flash.success(
                request, _("“%(interest)s” is narrowed, and the procedure put away.") % {"interest": changed.name}
            )
            return redirect("matching:matches")
    found = narrowings.narrowings(request.actor, procedure_id, chosen, word=word) if chosen is not None else []
    page = {
        "procedure": rows[0].procedure,
        "choices": [
            _Choice(key=key.value, label=label, current=key == chosen) for key, label in narrow.REASONS.items()
        ],
        "chosen": chosen.value if chosen else "",
        "label": narrow.REASONS[chosen] if chosen else "",
        "word": word,
        "title_words": narrowings.title_words(rows) if chosen == Because.WORD else [],
        "found": [_shown(one) for one in found],
    }
    return render(request, "matching/because.html", page)


def _shown(one: Narrowing) -> _Shown:
    return _Shown(narrowing=one, gone=_names(one, one.proposal.gone), added=_names(one, one.proposal.added))


def _names(one: Narrowing, values: tuple[str, ...]) -> list[str]:
    match one.proposal.because:
        case Because.CATEGORY | Because.REGION:
            labels = codes.labels(values, language=(get_language() or "en").split("-")[0])
            return [f"{labels[value]} {value}" for value in values]
        case Because.BUYER:
            return [one.buyer_name]
        case Because.TOO_SMALL:
            return [_("from %(amount)s EUR") % {"amount": value} for value in values]
        case Because.TOO_LARGE:
            return [_("up to %(amount)s EUR") % {"amount": value} for value in values]
        case _:
            return list(values)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
