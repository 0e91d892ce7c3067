"""A person's saved searches over the API (J2)."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place, page
from pazar.ground.api.scopes import Scope
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.searches import commands, queries
from pazar.ground.searches.models import SavedSearch

router = Router(tags=["searches"])
READ = TokenAuth(Scope.SEARCHES_READ)
WRITE = TokenAuth(Scope.SEARCHES_WRITE)


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


class SearchName(Schema):
    name: str = Field(max_length=120)


class SearchIn(SearchName):
    kind: str = Field(max_length=50, description="procedures, awards, items, companies")
    query: str = Field(max_length=2_000, description="What the list's page is narrowed by, as in its address.")


class SearchOut(SearchIn):
    id: UUID
    address: str = Field(description="The page.")
    new: int = Field(description="What came since the person looked; 100 may be more.")
    seen_at: datetime
    made_at: datetime

    @classmethod
    def of(cls, search: SavedSearch) -> "SearchOut":
        shown = queries.shown(search)
        return cls(
            id=search.pk,
            name=search.name,
            kind=search.kind,
            query=search.query,
            address=settings.BASE_URL + shown.address,
            new=shown.new,
            seen_at=search.seen_at,
            made_at=search.made_at,
        )


@router.get("/searches", response=Page[SearchOut], auth=READ)
def list_searches(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """The person's saved searches by name, each with how much is new."""
    return page(request, queries.own(_actor(request)), ["name", "id"], place, show=SearchOut.of)


@router.post("/searches", response={201: SearchOut}, auth=WRITE)
def save_search(request: HttpRequest, body: SearchIn) -> Status[SearchOut]:
    """Keep a search; the same again gets the new name."""
    saved = commands.save_search(actor=_actor(request), kind=body.kind, query=body.query, name=body.name)
    return Status(201, SearchOut.of(saved))


@router.get("/searches/{uuid:search_id}", response=SearchOut, auth=READ)
def read_search(request: HttpRequest, search_id: UUID) -> SearchOut:
    """One of them; reading doesn't count as looking."""
    return SearchOut.of(queries.own_search(_actor(request), search_id))


@router.patch("/searches/{uuid:search_id}", response=SearchOut, auth=WRITE)
def rename_search(request: HttpRequest, search_id: UUID, body: SearchName) -> SearchOut:
    """Give it another name."""
    return SearchOut.of(commands.rename_search(actor=_actor(request), search_id=search_id, name=body.name))


@router.post("/searches/{uuid:search_id}/look", response=SearchOut, auth=WRITE)
def look_at_search(request: HttpRequest, search_id: UUID) -> SearchOut:
    """Say that the person has seen what is there: from now on counts what comes later."""
    return SearchOut.of(commands.look(actor=_actor(request), search_id=search_id))


@router.delete("/searches/{uuid:search_id}", response={204: None}, auth=WRITE)
def remove_search(request: HttpRequest, search_id: UUID) -> Status[None]:
    """Take it away."""
    commands.remove_search(actor=_actor(request), search_id=search_id)
    return Status(204, None)
