"""What a company wants to hear of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from pazar.ground import clock, journal, words
from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity import policies as roles
from pazar.ground.identity.rules.actor import Actor
from pazar.market.matching import policies
from pazar.market.matching.commands import match
from pazar.market.matching.models import Interest, InterestVersion
from pazar.market.matching.queries import stored
from pazar.market.matching.rules import interests
from pazar.market.matching.rules.interests import Fault, InterestFacts, Word
from pazar.market.procedures.rules import packs

MATCH = "matching.match_interest"

SENTENCES: Mapping[Fault, str | Promise] = {
    Fault.NO_NAME: _("Give the interest a name, so that you know it again."),
    Fault.NAME_TOO_LONG: _("The name is too long; 120 signs are enough."),
    Fault.ASKS_NOTHING: _("Choose at least one category, region or word; otherwise everything would come."),
    Fault.TOO_MANY_CODES: _("More than 100 codes; choose a wider one that holds several."),
    Fault.TOO_MANY_WORDS: _("More than 50 words; a category says it better."),
    Fault.WORD_WANTED_AND_NOT: _("A word can't be wanted and unwanted at once."),
    Fault.NEGATIVE_VALUE: _("A value can't be below zero."),
    Fault.VALUE_RANGE_TURNED: _("The highest value is below the lowest."),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An interest as somebody typed it; words as they stand in his fields, codes already known to exist."""

    name: str
    cpv: Sequence[str] = ()
    regions: Sequence[str] = ()
    words_any: str = ""
    words_none: str = ""
    value_min: Decimal | None = None
    value_max: Decimal | None = None
    kinds: Sequence[str] = ()
    regimes: Sequence[str] | None = None
    """None, here and below: what stands stays."""
    buyers_none: Sequence[str] | None = None
    with_outside: bool = True
    mail_outside: bool = False
    is_active: bool = True


def facts_of(wanted: Wanted, *, company_id: UUID) -> InterestFacts:
    """What was typed, as it would be compared: each word alone, by its lemma."""
    return InterestFacts(
        company_id=company_id,
        cpv=tuple(dict.fromkeys(wanted.cpv)),
        regions=tuple(dict.fromkeys(wanted.regions)),
        words_any=read_words(wanted.words_any),
        words_none=read_words(wanted.words_none),
        value_min=wanted.value_min,
        value_max=wanted.value_max,
        kinds=frozenset(wanted.kinds),
        regimes=frozenset(wanted.regimes or ()),
        buyers_none=tuple(dict.fromkeys(wanted.buyers_none or ())),
        with_outside=wanted.with_outside,
        is_active=wanted.is_active,
    )


def read_words(text: str) -> tuple[Word, ...]:
    """The words of a field, each lemma once, as it was typed first; words that say nothing (and, за) are left out."""
    found: dict[str, str] = {}
    for typed in text.replace(",", " ").replace(";", " ").split():
        for lemma in words.lemmas(typed):
            # A typed piece of several words ("low-voltage") gives each by its lemma.
            found.setdefault(lemma, typed if len(words.lemmas(typed)) == 1 else lemma)
    return tuple(Word(typed=typed, lemma=lemma) for lemma, typed in found.items())


def save_interest(*, actor: Actor, wanted: Wanted, interest_id: UUID | None = None) -> Interest:
    """Make an interest, or change one of the company's: each change is a version (B1).

    Everything open is matched against it in the background, quietly. Saving what stands there already changes
    nothing. Raises NotFound, NotAllowed, Invalid.
    """
    with transaction.atomic():
        interest = _lock_own(actor, interest_id)
        moment = clock.db_now()
        if actor.company_id is None:
            raise NotAllowed
        roles.require(actor, policies.MAY_CHANGE)
        facts = facts_of(wanted, company_id=actor.company_id)
        wrong = interests.faults(facts, name=wanted.name)
        if wrong:
            raise Invalid(fields={name: SENTENCES[fault] for name, fault in wrong.items()})
        if not facts.regimes <= set(packs.packs()):
            raise Invalid(fields={"regimes": _("There is no such regime here.")})

        before = stored.content(interest) if interest is not None else None
        if interest is None:
            interest = Interest(company_id=actor.company_id, version=0)
        _fill(interest, facts, wanted)
        after = stored.content(interest)
        if before == after:
            return interest
        interest.version += 1
        interest.save()
        InterestVersion.objects.create(interest=interest, number=interest.version, content=after, made_at=moment)
        journal.append("interest.saved", actor=actor, subject=interest, version=interest.version, content=after)
        match.match_first(interest=interest)
        app.configure_task(MATCH).defer(interest_id=str(interest.pk))
        return interest


def remove_interest(*, actor: Actor, interest_id: UUID) -> None:
    """Remove an interest with the matches it brought. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        interest = _lock_own(actor, interest_id)
        if interest is None:
            raise NotFound
        roles.require(actor, policies.MAY_CHANGE)

        journal.append("interest.removed", actor=actor, subject=interest, name=interest.name)
        interest.delete()


def _lock_own(actor: Actor, interest_id: UUID | None) -> Interest | None:
    if interest_id is None:
        return None
    found = policies.interests_visible_to(actor).select_for_update().filter(pk=interest_id).first()
    if found is None:
        raise NotFound
    return found


def _fill(interest: Interest, facts: InterestFacts, wanted: Wanted) -> None:
    interest.name = wanted.name.strip()
    interest.cpv = list(facts.cpv)
    interest.regions = list(facts.regions)
    interest.words_any = [word.typed for word in facts.words_any]
    interest.words_none = [word.typed for word in facts.words_none]
    interest.lemmas_any = [word.lemma for word in facts.words_any]
    interest.lemmas_none = [word.lemma for word in facts.words_none]
    interest.value_min = facts.value_min
    interest.value_max = facts.value_max
    interest.kinds = sorted(facts.kinds)
    if wanted.regimes is not None:
        interest.regimes = sorted(facts.regimes)
    if wanted.buyers_none is not None:
        interest.buyers_none = list(facts.buyers_none)
    interest.with_outside = facts.with_outside
    interest.mail_outside = wanted.mail_outside
    interest.is_active = facts.is_active
