"""What the commands of this domain refuse, in three sentences each, and the words of every breach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal
from pazar.ground.ui import formats
from pazar.market.procedures import labels
from pazar.market.procedures.rules.regimes import Breach, Clause


@dataclass(frozen=True, kw_only=True)
class SaidBreach:
    """A breach in the active language. `rule` is its stable code, `clause` the source of the rule."""

    rule: str
    clause: str
    what: str
    why: str
    remedy: str
    field: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.remedy) if part)


class RegimeBroken(Refusal):
    """A procedure that breaks its rules can't be public; every breach is named at once."""

    code = "regime_broken"
    status = 422
    what = _("The procedure can't be published yet.")
    why = _("It doesn't keep every rule of its regime.")
    remedy = _("Mend what is listed; the draft stays as it is meanwhile.")

    def __init__(self, breaches: Sequence[Breach]) -> None:
        self.broken = tuple(breaches)
        super().__init__(fields={breach.field: _lazily(breach) for breach in breaches})

    @property
    def breaches(self) -> list[SaidBreach]:
        return [said(breach) for breach in self.broken]


class NotNow(Refusal):
    """The procedure's state doesn't allow this step."""

    code = "not_now"
    what = _("This can't be done with the procedure any more, or not yet.")
    why = _("It is {state_word} now.")
    remedy = _("Look at the procedure as it stands and go on from there.")


class StillDraft(Refusal):
    code = "still_draft"
    what = _("Only a published procedure is changed by versions.")
    why = _("This one is still a draft that nobody else has seen.")
    remedy = _("Edit the draft itself.")


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
    what = _("The reason is missing.")
    why = _("Everybody who prepares a bid reads why the procedure was changed or given up.")
    remedy = _("Say the reason in a sentence.")


class NothingChanged(Refusal):
    code = "nothing_changed"
    status = 422
    what = _("There is nothing to publish.")
    why = _("The change leaves everything as it is.")
    remedy = _("Change something first, or leave the published version as it stands.")


class QuestionsEnded(Refusal):
    code = "questions_ended"
    what = _("Questions can't be asked any more.")
    why = _("They ended on {ended}; now it is {now}.")
    remedy = _("Read the answers that were given; the documents are binding.")


class TooManyQuestions(Refusal):
    """A company's questions on one procedure within a day."""

    code = "too_many_questions"
    status = 429
    what = _("Your question isn't with the buyer yet.")
    why = _("A company can ask {most} questions a day about one procedure, and yours has asked them.")
    remedy = _("Ask it from {again} on, or put what belongs together into one question. What you typed is still here.")


class AlreadyAnswered(Refusal):
    code = "already_answered"
    what = _("This question has its answer.")
    why = _("An answer given to all isn't changed afterwards.")
    remedy = _("Change the procedure itself if something in it must be put right.")


def _field_sentence(breach: Breach) -> str:
    words = said(breach)
    return f"{words.what} {words.remedy}"


_lazily = lazy(_field_sentence, str)

CENTRE_RULE = _("Rules of the centre on what a procedure says")

Sentences = tuple[str | Promise, str | Promise, str | Promise]

_SENTENCES: Mapping[str, Sentences] = {
    "not_read": (
        _("{place}: “{text}” can't be read."),
        _("It is kept as it was typed, and belongs to nothing yet."),
        _("Write it anew, or empty the field."),
    ),
    "title_missing": (
        _("The title is missing."),
        _("Suppliers find a procedure by what it is called."),
        _("Say in a line what is to be bought."),
    ),
    "kind_missing": (
        _("The kind of procedure isn't chosen."),
        _("The periods depend on it."),
        _("Choose an open tender or a request for prices."),
    ),
    "regime_missing": (
        _("The regime isn't chosen."),
        _("It says by which rules you buy."),
        _("Choose the regime that your company is bound by."),
    ),
    "currency_missing": (
        _("The currency isn't chosen."),
        _("All bids are compared in one currency."),
        _("Choose the currency of the prices."),
    ),
    "lots_missing": (
        _("There is no lot."),
        _("A bid is placed on lots."),
        _("Add a lot, even if there is only one."),
    ),
    "lot_title_missing": (
        _("Lot {lot} has no title."),
        _("With several lots each needs a name of its own."),
        _("Say what lot {lot} is."),
    ),
    "lot_category_missing": (
        _("Lot {lot} has no category."),
        _("Suppliers are found by categories (CPV)."),
        _("Choose at least one category for lot {lot}."),
    ),
    "items_missing": (
        _("Lot {lot} has no items."),
        _("A price is given for each item."),
        _("Add what is to be delivered in lot {lot}."),
    ),
    "item_description_missing": (
        _("Item {item} of lot {lot} has no description."),
        _("Nobody can price what isn't named."),
        _("Say what item {item} is."),
    ),
    "item_quantity_missing": (
        _("Item {item} of lot {lot} has no quantity."),
        _("The price of a bid is unit price times quantity."),
        _("Enter a quantity greater than nothing for item {item}."),
    ),
    "item_unit_missing": (
        _("Item {item} of lot {lot} has no unit."),
        _("A quantity means nothing without its unit."),
        _("Choose the unit of item {item}."),
    ),
    "deadline_missing": (
        _("The end of the tender period is missing."),
        _("Suppliers must know until when bids are taken."),
        _("Enter the day and the hour."),
    ),
    "deadline_passed": (
        _("The tender period would have ended on {closes_at}."),
        _("A procedure can't be published after its own end."),
        _("Choose a later end."),
    ),
    "enquiries_after_deadline": (
        _("Questions would end after the tender period."),
        _("An answer must reach bidders while they can still use it."),
        _("Choose an earlier end for questions, or leave it empty."),
    ),
    "enquiries_end": (
        _("Questions would end too late."),
        _("The regime asks for {days} days between the end of questions and the end of the tender period."),
        _("Let questions end on {latest} or before."),
    ),
    "minimum_days": (
        _("The tender period is too short."),
        _("The regime gives suppliers at least {days} days for this kind and value; bids would end on {closes_at}."),
        _("Let bids come in until {earliest} or later."),
    ),
    "kind_not_allowed": (
        _("This kind of procedure isn't allowed in the regime."),
        _("The regime names the kinds that may be used."),
        _("Choose another kind."),
    ),
    "value_missing": (
        _("The estimated value is missing."),
        _("Periods of this regime depend on it."),
        _("Enter the estimated value of the procedure, or of every lot."),
    ),
    "seal_holders": (
        _("The centre alone would hold the seal."),
        _("From an estimated value of {value} on the regime wants a person of the buyer to hold it too."),
        _("Choose the centre together with a person, and name the person."),
    ),
    "seal_person_missing": (
        _("Nobody is named who holds the seal with the centre."),
        _("Without that person no bid could be opened."),
        _("Name a person of your company."),
    ),
    "seal_person_without_key": (
        _("The person who is to hold the seal has no sealing key."),
        _("Bids are sealed to that key in the bidder's browser."),
        _("Let the person make a key first, or name another one."),
    ),
    "fixed_once_published": (
        _("What was fixed at publication can't be changed: {name_word}."),
        _("Bids may be sealed by it already."),
        _("Leave it as published, or give this procedure up and publish a new one."),
    ),
    "lot_removed": (
        _("Lot {lot} can't be taken out."),
        _("Suppliers may be bidding on it."),
        _("Keep the lot, or give the procedure up with a reason."),
    ),
    "deadline_nearer": (
        _("The end of the tender period can't come nearer."),
        _("Suppliers plan by the published end, {closes_at}."),
        _("Keep the published end or choose a later one."),
    ),
}


def said(breach: Breach) -> SaidBreach:
    """The breach in the active language, moments in the active zone."""
    what, why, remedy = _SENTENCES[breach.rule]
    params = {name: _shown(value) for name, value in breach.params.items()}
    params["place"] = labels.placed(breach.field)
    if len(params.get("text", "")) > 60:
        params["text"] = params["text"][:60] + "…"
    if "name" in breach.params:
        params["name_word"] = str(labels.FIELDS[breach.params["name"]])
    language = (translation.get_language() or "en").split("-")[0]
    return SaidBreach(
        rule=breach.rule,
        clause=_source(breach.clause, language),
        what=str(what).format(**params),
        why=str(why).format(**params),
        remedy=str(remedy).format(**params),
        field=breach.field,
    )


def _source(clause: Clause | None, language: str) -> str:
    if clause is None:
        return str(CENTRE_RULE)
    text = clause.text(language)
    return (
        gettext("%(clause)s (not compared with the law's text yet)") % {"clause": text}
        if clause.is_unverified
        else text
    )


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, Decimal):
        return formats.money(value, "EUR", cents=False)
    return str(value)
