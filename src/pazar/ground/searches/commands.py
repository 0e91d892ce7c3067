"""Save a search, name it anew, look at it, take it away."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ids import new_id
from pazar.ground.searches import kinds, queries
from pazar.ground.searches.models import SavedSearch
from pazar.ground.words.seen import seen

MOST = 100
LONGEST_NAME = 120


class TooManySearches(Refusal):
    code = "too_many_searches"
    status = 422
    what = _("You have a hundred saved searches.")
    why = _("More than that nobody looks through.")
    remedy = _("Take one away that you need no more, and save this one again.")


class NothingToSave(Refusal):
    code = "nothing_to_save"
    status = 422
    what = _("This list isn't narrowed by anything.")
    why = _("A saved search is what a list was narrowed to.")
    remedy = _("Search by a word or choose a filter, and save what you then see.")


def save_search(*, actor: Actor, kind: str, query: str, name: str) -> SavedSearch:
    """Keep what a list is narrowed to, under a name. The same search again gets the new name.

    Raises NotFound, NothingToSave, TooManySearches, Invalid.
    """
    asked = kinds.get(kind)
    with transaction.atomic():
        moment = clock.db_now()
        if actor.person_id is None or asked is None:
            raise NotFound
        kept = asked.query(query)
        if not kept:
            raise NothingToSave
        named = _name(name)
        own = SavedSearch.objects.filter(person_id=actor.person_id)
        found = own.filter(kind=kind, query=kept).first()
        if found is None and own.count() >= MOST:
            raise TooManySearches

        made, _is_new = SavedSearch.objects.update_or_create(
            person_id=actor.person_id,
            kind=kind,
            query=kept,
            defaults={"name": named},
            create_defaults={"name": named, "seen_id": new_id(), "seen_at": moment, "made_at": moment},
        )
        return made


def rename_search(*, actor: Actor, search_id: UUID, name: str) -> SavedSearch:
    """Raises NotFound, Invalid."""
    with transaction.atomic():
        found = queries.own_search(actor, search_id)
        found.name = _name(name)
        found.save(update_fields=["name"])
        return found


def look(*, actor: Actor, search_id: UUID) -> SavedSearch:
    """Note that he looks now: what comes from here on is new to him. Raises NotFound."""
    with transaction.atomic():
        found = queries.own_search(actor, search_id)
        found.seen_id, found.seen_at = new_id(), clock.db_now()
        found.save(update_fields=["seen_id", "seen_at"])
        return found


def remove_search(*, actor: Actor, search_id: UUID) -> None:
    """Raises NotFound."""
    with transaction.atomic():
        queries.own_search(actor, search_id).delete()


def _name(text: str) -> str:
    name = " ".join(seen(text).split())
    if not name:
        raise Invalid(fields={"name": _("Give the search a name, so that you know it again.")})
    if len(name) > LONGEST_NAME:
        raise Invalid(fields={"name": _("The name is too long; 120 signs are enough.")})
    return name
