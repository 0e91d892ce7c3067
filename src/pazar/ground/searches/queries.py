"""A person's saved searches."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.searches import kinds
from pazar.ground.searches.kinds import Kind, Seen
from pazar.ground.searches.models import SavedSearch


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A saved search with its list, and how much came since he looked; at a hundred there may be more."""

    search: SavedSearch
    kind: Kind
    new: int

    @property
    def address(self) -> str:
        return self.kind.address(self.search.query)

    @property
    def more(self) -> bool:
        return self.new >= kinds.MOST_COUNTED


def own(actor: Actor) -> QuerySet[SavedSearch]:
    """His own, of lists that there are; to be paged by "name" and "id"."""
    if actor.person_id is None:
        return SavedSearch.objects.none()
    return SavedSearch.objects.filter(person_id=actor.person_id, kind__in=kinds.keys())


def own_search(actor: Actor, search_id: UUID) -> SavedSearch:
    """Raises NotFound, for another's too."""
    found = own(actor).filter(pk=search_id).first() if actor.person_id else None
    if found is None:
        raise NotFound
    return found


def shown(search: SavedSearch) -> Shown:
    kind = kinds.get(search.kind)
    if kind is None:
        raise NotFound
    new = kind.newer(QueryDict(search.query), Seen(id=search.seen_id, at=search.seen_at))
    return Shown(search=search, kind=kind, new=min(new, kinds.MOST_COUNTED))


def named(actor: Actor, text: str, *, limit: int) -> Sequence[SavedSearch]:
    """Those of his whose names say this."""
    return list(own(actor).filter(name__icontains=text).order_by("name", "id")[:limit]) if actor.person_id else []


def same(actor: Actor, kind: Kind, query: str) -> SavedSearch | None:
    """The one he saved of this very list, if he did."""
    return own(actor).filter(kind=kind.key, query=query).first() if actor.person_id and query else None
