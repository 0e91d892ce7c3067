"""Tokens for tests, without the page that makes them."""

import secrets
from typing import Any

from pazar.ground import clock
from pazar.ground.api.auth import PREFIX, digest
from pazar.ground.api.models import Token
from pazar.ground.api.scopes import Scope


def make_token(person: Any, company: Any = None, *scopes: str, **facts: Any) -> str:
    """A token of `person` for `company` with all scopes, or those named; its secret."""
    secret = PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(
        **{
            "person": person,
            "company": company,
            "name": "test",
            "digest": digest(secret),
            "scopes": list(scopes) or [str(scope) for scope in Scope],
            "created_at": clock.db_now(),
            **facts,
        }
    )
    return secret


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
