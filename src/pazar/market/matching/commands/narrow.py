"""Not for me, because…: narrow the interest that brought a procedure, as proposed, and put the procedure away."""

from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity import policies as roles
from pazar.ground.identity.rules.actor import Actor
from pazar.market.matching import policies
from pazar.market.matching.commands import interests, match
from pazar.market.matching.commands.interests import Wanted
from pazar.market.matching.models import Interest
from pazar.market.matching.queries import narrowings, oracle
from pazar.market.matching.rules.narrowing import Because

REASONS: dict[Because, str | Promise] = {
    Because.CATEGORY: _("We don't sell this"),
    Because.REGION: _("Too far away"),
    Because.WORD: _("A word in it is not for us"),
    Because.BUYER: _("We don't work for this buyer"),
    Because.TOO_SMALL: _("Too small"),
    Because.TOO_LARGE: _("Too large"),
    Because.OTHER: _("Another reason"),
}


class NothingToNarrow(Refusal):
    """The reason leads to no proposal, or to another one than was accepted."""

    code = "nothing_to_narrow"
    status = 409
    what = _("The interest stays as it is.")
    why = _("It was changed in the meantime, or this reason says nothing that would narrow it.")
    remedy = _("Look at the proposal again, or put the procedure away without changing the interest.")


def narrow_interest(
    *, actor: Actor, procedure_id: UUID, interest_id: UUID, version: int, because: Because, word: str = ""
) -> Interest:
    """Make the interest what was proposed for its `version`, and put the procedure away with the reason (B2).

    Raises NotFound, NotAllowed, NothingToNarrow.
    """
    with transaction.atomic():
        interest = policies.interests_visible_to(actor).select_for_update().filter(pk=interest_id).first()
        rows = [row for row in narrowings.matched(actor, procedure_id) if row.interest_id == interest_id]
        if interest is None or not rows:
            raise NotFound
        roles.require(actor, policies.MAY_CHANGE)
        lot = oracle.lot_facts([rows[0].lot_id])[rows[0].lot_id]
        proposal = narrowings.propose(interest, lot, because, word=word) if interest.version == version else None
        if proposal is None:
            raise NothingToNarrow

        facts = proposal.facts
        changed = interests.save_interest(
            actor=actor,
            interest_id=interest_id,
            wanted=Wanted(
                name=interest.name,
                cpv=facts.cpv,
                regions=facts.regions,
                words_any=" ".join(word.typed for word in facts.words_any),
                words_none=" ".join(word.typed for word in facts.words_none),
                value_min=facts.value_min,
                value_max=facts.value_max,
                kinds=sorted(facts.kinds),
                regimes=sorted(facts.regimes),
                buyers_none=facts.buyers_none,
                with_outside=facts.with_outside,
                mail_outside=interest.mail_outside,
                is_active=facts.is_active,
            ),
        )
        match.dismiss_match(actor=actor, procedure_id=procedure_id, why=str(REASONS[because]))
        return changed
