"""Endpoints that belong to no domain: who a token is, and the lists of categories and regions."""

from typing import Literal, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.scopes import Scope
from pazar.ground.codes import limits
from pazar.ground.codes import queries as codes
from pazar.ground.identity.requests import ActorRequest

router = Router(tags=["centre"])


class Me(Schema):
    person_id: UUID | None
    name: str
    company_id: UUID | None
    company_name: str
    roles: list[str]
    scopes: list[str] | None = Field(description="Null for a session, which has them all.")


@router.get("/me", response=Me, auth=TokenAuth(Scope.PERSON_READ))
def me(request: HttpRequest) -> Me:
    """Whom this token or session acts for, and in which roles."""
    actor = cast(ActorRequest, request).actor
    return Me(
        person_id=actor.person_id,
        name=actor.person_name,
        company_id=actor.company_id,
        company_name=actor.company_name,
        roles=sorted(actor.roles),
        scopes=None if actor.scopes is None else sorted(actor.scopes),
    )


class CodeOut(Schema):
    code: str
    shown: str
    label: str
    within: str
    because: str = Field("", description="Why it was found, where that isn't plain: a synonym, a typing mistake.")
    has_more: bool = Field(False, description="There are codes under it.")


class Asked(Schema):
    q: str = Field("", max_length=200, description="A code's beginning or words; empty gives the first level.")
    language: Literal["en", "bg"] | None = Field(None, description="Of the labels; by Accept-Language if not said.")


@router.get("/codes/cpv", response=list[CodeOut])
def cpv(request: HttpRequest, asked: Query[Asked]) -> list[codes.Choice]:
    """Categories of goods, works and services (CPV 2008)."""
    if not asked.q.strip():
        return codes.cpv_under("", language=asked.language or get_language() or "en")
    return codes.search_cpv(asked.q, language=asked.language or get_language() or "en")


class Text(Schema):
    text: str = Field(max_length=codes.LONGEST_SUGGESTED, description="A title or a description, in any language.")
    language: Literal["en", "bg"] | None = Field(None, description="Of the labels; by Accept-Language if not said.")
    limit: int = Field(5, ge=1, le=10)


@router.get("/codes/suggest", response=list[CodeOut])
def suggest_cpv(request: HttpRequest, text: Query[Text]) -> list[codes.Choice]:
    """Categories that a text is about, learnt from real notices, likeliest first; then wider groups. 60 a minute."""
    if text.text.strip():
        limits.SUGGESTIONS.take(limits.asker(request))
    return codes.suggest_cpv(text.text, language=text.language or get_language() or "en", limit=text.limit)


@router.get("/codes/nuts", response=list[CodeOut])
def nuts(request: HttpRequest, asked: Query[Asked]) -> list[codes.Choice]:
    """Regions (NUTS)."""
    return codes.search_nuts(asked.q, language=asked.language or get_language() or "en")
