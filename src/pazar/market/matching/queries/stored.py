"""Interests as the rules compare them, from their rows and from their stored versions."""

import json
from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from pazar.market.matching.models import Interest
from pazar.market.matching.rules.interests import InterestFacts, Word

_NOBODY = UUID(int=0)


def facts(interest: Interest) -> InterestFacts:
    """An interest as it stands now."""
    return InterestFacts(
        company_id=interest.company_id,
        cpv=tuple(interest.cpv),
        regions=tuple(interest.regions),
        words_any=_words(interest.words_any, interest.lemmas_any),
        words_none=_words(interest.words_none, interest.lemmas_none),
        value_min=interest.value_min,
        value_max=interest.value_max,
        kinds=frozenset(interest.kinds),
        regimes=frozenset(interest.regimes),
        buyers_none=tuple(interest.buyers_none),
        with_outside=interest.with_outside,
        is_active=interest.is_active,
    )


def content(interest: Interest) -> dict[str, Any]:
    """An interest as its version keeps it: JSON of plain values."""
    return {
        "name": interest.name,
        "cpv": list(interest.cpv),
        "regions": list(interest.regions),
        "words_any": list(interest.words_any),
        "words_none": list(interest.words_none),
        "lemmas_any": list(interest.lemmas_any),
        "lemmas_none": list(interest.lemmas_none),
        "value_min": _text(interest.value_min),
        "value_max": _text(interest.value_max),
        "kinds": list(interest.kinds),
        "regimes": list(interest.regimes),
        "buyers_none": list(interest.buyers_none),
        "with_outside": interest.with_outside,
        "mail_outside": interest.mail_outside,
        "is_active": interest.is_active,
    }


def versions(wanted: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], InterestFacts]:
    """What interests asked at these versions, in one query: without whose they are, and one object for all that ask
    the same, since thousands do."""
    if not wanted:
        return {}
    asked = list(set(wanted))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT v.interest_id, v.number, (v.content - 'name')::text
            FROM unnest(%s::uuid[], %s::int[]) AS asked (interest_id, number)
            JOIN matching_interestversion v USING (interest_id, number)
            """,
            [[interest_id for interest_id, _number in asked], [number for _id, number in asked]],
        )
        rows = cursor.fetchall()
    read: dict[str, InterestFacts] = {}
    for _interest_id, _number, content in rows:
        if content not in read:
            read[content] = _from_content(json.loads(content))
    return {(interest_id, number): read[content] for interest_id, number, content in rows}


def names(wanted: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], str]:
    """What the interests were called at these versions, in one query."""
    asked = list(set(wanted))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT v.interest_id, v.number, v.content->>'name'
            FROM unnest(%s::uuid[], %s::int[]) AS asked (interest_id, number)
            JOIN matching_interestversion v USING (interest_id, number)
            """,
            [[interest_id for interest_id, _number in asked], [number for _id, number in asked]],
        )
        return {(interest_id, number): name for interest_id, number, name in cursor.fetchall()}


def _from_content(stored: dict[str, Any]) -> InterestFacts:
    return InterestFacts(
        company_id=_NOBODY,
        cpv=tuple(stored["cpv"]),
        regions=tuple(stored["regions"]),
        words_any=_words(stored["words_any"], stored["lemmas_any"]),
        words_none=_words(stored["words_none"], stored["lemmas_none"]),
        value_min=_amount(stored["value_min"]),
        value_max=_amount(stored["value_max"]),
        kinds=frozenset(stored["kinds"]),
        regimes=frozenset(stored.get("regimes", ())),  # versions of before have none
        buyers_none=tuple(stored.get("buyers_none", ())),
        with_outside=stored["with_outside"],
        is_active=stored["is_active"],
    )


def _words(typed: list[str], lemmas: list[str]) -> tuple[Word, ...]:
    return tuple(Word(typed=word, lemma=lemma) for word, lemma in zip(typed, lemmas, strict=True))


def _text(amount: Decimal | None) -> str | None:
    """The same for 1000 and 1000.0000, which are one amount."""
    return None if amount is None else f"{amount.normalize():f}"


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
