"""The meaning of an interest in SQL: slow and obvious, equal to `rules.meaning.fits`, the measure of any faster index.

Comparing interests with lots is a join, and no query of `procedures` can stand in one: so the statements here read
its tables, and nothing else of matching does. A lot's value is its own, or its procedure's when it is the only lot.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from pazar.ground.codes.rules import cpv
from pazar.ground.money import BGN_PER_EUR
from pazar.market.matching.rules.interests import InterestFacts
from pazar.market.matching.rules.meaning import LotFacts

_LOT = """
SELECT l.id, l.procedure_id, l.number, l.position, p.buyer_id, l.cpv, l.regions, l.lemmas,
       CASE WHEN l.value_amount IS NULL AND alone.only_lot THEN p.value_amount ELSE l.value_amount END AS value_amount,
       coalesce(nullif(l.currency, ''), p.currency) AS currency,
       p.kind, p.origin = 'outside' AS is_outside, NOT alone.only_lot AS has_others
FROM procedures_lot l
JOIN procedures_procedure p ON p.id = l.procedure_id
CROSS JOIN LATERAL (
  SELECT NOT EXISTS (SELECT FROM procedures_lot o WHERE o.procedure_id = l.procedure_id AND o.id <> l.id) AS only_lot
) alone
"""

_RATE = f"CASE lot.currency WHEN 'BGN' THEN {BGN_PER_EUR} ELSE 1 END"
_VALUE = f"""
(lot.value_amount IS NULL OR lot.currency NOT IN ('EUR', 'BGN')
 OR ((i.value_min IS NULL OR lot.value_amount >= i.value_min * {_RATE})
 AND (i.value_max IS NULL OR lot.value_amount <= i.value_max * {_RATE})))
"""

# Every code that a lot's code stands under, itself too: an interest's codes only have to be among them (GIN).
_INTERESTS_OF_LOTS = f"""
WITH lot AS MATERIALIZED (
  SELECT l.*,
    ARRAY(SELECT DISTINCT rpad(left(c, n), 8, '0') FROM unnest(l.cpv) c, generate_series(2, 8) n)::varchar[] AS cpv_up,
    ARRAY(SELECT DISTINCT left(r, n) FROM unnest(l.regions) r, generate_series(2, length(r)) n) AS regions_up
  FROM ({_LOT} WHERE l.id = ANY(%s)) l
)
SELECT i.id, i.version, i.company_id, lot.id, lot.procedure_id
FROM lot JOIN matching_interest i ON
  i.is_active
  AND i.company_id IS DISTINCT FROM lot.buyer_id
  AND (i.with_outside OR NOT lot.is_outside)
  AND (i.kinds = '{{}}' OR lot.kind = ANY(i.kinds))
  AND (i.cpv = '{{}}' OR i.cpv && lot.cpv_up)
  AND (i.regions = '{{}}' OR i.regions && lot.regions_up)
  AND (i.lemmas_any = '{{}}' OR i.lemmas_any && lot.lemmas)
  AND NOT i.lemmas_none && lot.lemmas
  AND {_VALUE}
ORDER BY i.company_id, lot.procedure_id, lot.position, lot.number, i.id
"""  # noqa: S608 - constants of this file

# The other way round one interest stands against many lots: its codes become the beginnings of words.
_LOTS_OF_INTEREST = f"""
WITH i AS (SELECT %(value_min)s::numeric AS value_min, %(value_max)s::numeric AS value_max),
lot AS ({_LOT} WHERE {{narrowed}})
SELECT lot.id, lot.procedure_id
FROM lot, i
WHERE lot.buyer_id IS DISTINCT FROM %(company_id)s
  AND (%(with_outside)s OR NOT lot.is_outside)
  AND (%(kinds)s::text[] = '{{{{}}}}' OR lot.kind = ANY(%(kinds)s))
  AND (%(cpv)s = '' OR array_to_string(lot.cpv, ' ') ~ %(cpv)s)
  AND (%(regions)s = '' OR array_to_string(lot.regions, ' ') ~ %(regions)s)
  AND (%(lemmas_any)s::text[] = '{{{{}}}}' OR lot.lemmas && %(lemmas_any)s::text[])
  AND NOT lot.lemmas && %(lemmas_none)s::text[]
  AND {_VALUE}
"""  # noqa: S608 - as above


@dataclass(frozen=True)
class Fit:
    """An interest, as it stands now, and a lot that fits it."""

    interest_id: UUID
    interest_version: int
    company_id: UUID
    lot_id: UUID
    procedure_id: UUID


def fits_of_lots(lot_ids: Collection[UUID]) -> list[Fit]:
    """Every interest that one of these lots fits (B2), by company, procedure and the lots' order."""
    if not lot_ids:
        return []
    return [Fit(*row) for row in _rows(_INTERESTS_OF_LOTS, [list(lot_ids)])]


def lots_of_interest(
    interest: InterestFacts,
    *,
    open_at: datetime | None = None,
    published_since: datetime | None = None,
    lot_ids: Collection[UUID] | None = None,
) -> list[tuple[UUID, UUID]]:
    """Lots, each with its procedure, that fit one interest, saved or not: open ones, recent ones, or among these."""
    if not interest.is_active:
        return []
    narrowed = ["p.state <> 'draft'"]
    values: dict[str, Any] = _values(interest)
    if open_at is not None:
        narrowed.append("p.state = 'published' AND p.closes_at > %(open_at)s")
        values["open_at"] = open_at
    if published_since is not None:
        narrowed.append("p.published_at >= %(since)s")
        values["since"] = published_since
    if lot_ids is not None:
        narrowed.append("l.id = ANY(%(lot_ids)s)")
        values["lot_ids"] = list(lot_ids)
    statement = _LOTS_OF_INTEREST.format(narrowed=" AND ".join(narrowed))
    return [(row[0], row[1]) for row in _rows(statement, values)]


def open_lots(procedure_ids: Collection[UUID], *, moment: datetime) -> list[UUID]:
    """The lots of those of the procedures that may still be bid for; one without a deadline may not be open at all."""
    statement = """
    SELECT l.id FROM procedures_lot l JOIN procedures_procedure p ON p.id = l.procedure_id
    WHERE p.id = ANY(%s) AND p.state = 'published' AND p.closes_at > %s
    """
    return [row[0] for row in _rows(statement, [list(procedure_ids), moment])]


def lot_facts(lot_ids: Collection[UUID]) -> dict[UUID, LotFacts]:
    """The lots as the rules compare them. The number is empty where a procedure has one lot only."""
    if not lot_ids:
        return {}
    statement = f"""
    SELECT lot.id, CASE WHEN lot.has_others THEN lot.number ELSE '' END, lot.buyer_id, lot.cpv, lot.regions,
           lot.lemmas, lot.value_amount, lot.currency, lot.kind, lot.is_outside
    FROM ({_LOT} WHERE l.id = ANY(%s)) lot
    """  # noqa: S608 - constants of this file
    return {
        row[0]: LotFacts(
            number=row[1],
            buyer_id=row[2],
            cpv=tuple(row[3]),
            regions=tuple(row[4]),
            lemmas=frozenset(row[5]),
            value_amount=row[6],
            currency=row[7],
            kind=row[8],
            is_outside=row[9],
        )
        for row in _rows(statement, [list(lot_ids)])
    }


def _values(interest: InterestFacts) -> dict[str, Any]:
    return {
        "company_id": interest.company_id,
        "with_outside": interest.with_outside,
        "kinds": sorted(interest.kinds),
        "cpv": _begins([cpv.prefix(code) for code in interest.cpv]),
        "regions": _begins(list(interest.regions)),
        "lemmas_any": [word.lemma for word in interest.words_any],
        "lemmas_none": [word.lemma for word in interest.words_none],
        "value_min": interest.value_min,
        "value_max": interest.value_max,
    }


def _begins(codes: Sequence[str]) -> str:
    """A pattern for codes parted by blanks, one of which begins so; empty for none."""
    return rf"(^| )({'|'.join(re.escape(code) for code in codes)})" if codes else ""


def _rows(statement: str, values: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
