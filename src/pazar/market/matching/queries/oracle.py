"""The meaning of an interest in SQL: slow and obvious, equal to `rules.meaning.fits`, the measure of any faster index.

Comparing interests with lots is a join, and no query of `procedures` can stand in one: so the statements here read
its tables, and nothing else of matching does. A lot's value is its own, or its procedure's when it is the only lot.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from pazar.ground import clock
from pazar.ground.codes.rules import cpv
from pazar.ground.money import BGN_PER_EUR
from pazar.market.matching.rules.interests import InterestFacts
from pazar.market.matching.rules.meaning import LotFacts

_LOT = """
SELECT l.id, l.procedure_id, l.number, l.position, p.buyer_id, l.cpv, l.regions, l.lemmas,
       CASE WHEN l.value_amount IS NULL AND alone.only_lot THEN p.value_amount ELSE l.value_amount END AS value_amount,
       coalesce(nullif(l.currency, ''), p.currency) AS currency,
       p.kind, p.regime, coalesce(p.buyer_id::text, lower(btrim(p.buyer_name))) AS buyer,
       p.origin = 'outside' AS is_outside, NOT alone.only_lot AS has_others
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
  AND (i.regimes = '{{}}' OR lot.regime = ANY(i.regimes))
  AND NOT lot.buyer = ANY(i.buyers_none)
  AND (i.cpv = '{{}}' OR i.cpv && lot.cpv_up)
  AND (i.regions = '{{}}' OR i.regions && lot.regions_up)
  AND (i.lemmas_any = '{{}}' OR i.lemmas_any && lot.lemmas)
  AND NOT i.lemmas_none && lot.lemmas
  AND {_VALUE}
ORDER BY i.company_id, lot.procedure_id, lot.position, lot.number, i.id
"""  # noqa: S608 - constants of this file

_LOTS_BROUGHT = """
WITH one AS (
  SELECT DISTINCT ON (fit.procedure_id) fit.lot_id, fit.procedure_id
  FROM ({fitting}) fit (lot_id, procedure_id) JOIN procedures_lot l ON l.id = fit.lot_id
  ORDER BY fit.procedure_id, l.position, l.number
), newest AS (
  SELECT one.*, count(*) OVER () AS all_of_them,
         count(*) FILTER (WHERE p.state = 'published' AND p.closes_at > %(moment)s) OVER () AS open_now,
         p.title, p.language, coalesce(nullif(p.buyer_name, ''), c.name, '') AS buyer_name, p.published_at
  FROM one JOIN procedures_procedure p ON p.id = one.procedure_id LEFT JOIN identity_company c ON c.id = p.buyer_id
  ORDER BY p.published_at DESC, p.id DESC LIMIT %(limit)s
)
SELECT newest.all_of_them, newest.open_now, newest.procedure_id, newest.title, newest.language, newest.buyer_name,
       newest.published_at, {lot_columns}
FROM newest JOIN ({lots}) lot ON lot.id = newest.lot_id
ORDER BY newest.published_at DESC, newest.procedure_id DESC
"""
_LOT_COLUMNS = """
CASE WHEN lot.has_others THEN lot.number ELSE '' END, lot.buyer_id, lot.cpv, lot.regions,
lot.lemmas, lot.value_amount, lot.currency, lot.kind, lot.regime, lot.buyer, lot.is_outside
"""

# The other way round one interest stands against many lots; GIN indexes know each lot by all it stands under.
_LOTS_OF_INTEREST = f"""
WITH i AS (SELECT %(value_min)s::numeric AS value_min, %(value_max)s::numeric AS value_max),
lot AS ({_LOT} WHERE {{narrowed}})
SELECT lot.id, lot.procedure_id
FROM lot, i
WHERE lot.buyer_id IS DISTINCT FROM %(company_id)s
  AND (%(with_outside)s OR NOT lot.is_outside)
  AND (%(kinds)s::text[] = '{{{{}}}}' OR lot.kind = ANY(%(kinds)s))
  AND (%(regimes)s::text[] = '{{{{}}}}' OR lot.regime = ANY(%(regimes)s))
  AND NOT lot.buyer = ANY(%(buyers_none)s::text[])
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
    statement, values = _fitting(interest, open_at=open_at, published_since=published_since, lot_ids=lot_ids)
    return [(row[0], row[1]) for row in _rows(statement, values)]


def first_lots_of_interest(interest: InterestFacts, *, open_at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """The same of what is open, of the `limit` procedures at most that close first."""
    if not interest.is_active:
        return []
    fitting, values = _fitting(interest, open_at=open_at)
    statement = f"""
    WITH fit (lot_id, procedure_id) AS MATERIALIZED ({fitting}),
    first AS (SELECT p.id FROM procedures_procedure p WHERE p.id IN (SELECT procedure_id FROM fit)
              ORDER BY p.closes_at, p.id LIMIT %(limit)s)
    SELECT lot_id, procedure_id FROM fit WHERE procedure_id IN (SELECT id FROM first)
    """  # noqa: S608 - constants of this file
    return [(row[0], row[1]) for row in _rows(statement, values | {"limit": limit})]


@dataclass(frozen=True, kw_only=True)
class Example:
    """A procedure that an interest brings, with the first of its lots that fits."""

    procedure_id: UUID
    title: str
    language: str
    buyer_name: str
    published_at: datetime | None
    lot: LotFacts


@dataclass(frozen=True, kw_only=True)
class Brought:
    """How many procedures an interest brings, how many of them are open, and the newest."""

    count: int
    open_now: int
    examples: tuple[Example, ...]


def brought(interest: InterestFacts, *, since: datetime, moment: datetime, limit: int) -> Brought:
    """What was published since and fits an interest, asleep or awake, in one statement."""
    fitting, values = _fitting(interest, published_since=since)
    statement = _LOTS_BROUGHT.format(fitting=fitting, lots=_LOT, lot_columns=_LOT_COLUMNS)
    rows = _rows(statement, values | {"moment": moment, "limit": limit})
    return Brought(
        count=rows[0][0] if rows else 0,
        open_now=rows[0][1] if rows else 0,
        examples=tuple(
            Example(
                procedure_id=row[2],
                title=row[3],
                language=row[4],
                buyer_name=row[5],
                published_at=row[6],
                lot=_lot(row[7:]),
            )
            for row in rows
        ),
    )


def narrower(interest: InterestFacts, *, since: datetime, limit: int) -> list[tuple[str, str, int]]:
    """Codes one step under those an interest asks for (divisions where it asks for none): code, the asked one (or
    none), and how many procedures published since it would bring in its place, the most first."""
    fitting, values = _fitting(interest, published_since=since)
    statement = f"""
    SELECT rpad(left(own.code, length(asked.begin) + 1 + (asked.begin = '')::int), 8, '0') AS narrower, asked.code,
           count(DISTINCT fit.procedure_id)
    FROM ({fitting}) fit (lot_id, procedure_id) JOIN procedures_lot l ON l.id = fit.lot_id
    CROSS JOIN LATERAL unnest(l.cpv) AS own (code)
    JOIN unnest(%(asked)s::text[], %(begins)s::text[]) AS asked (code, begin) ON starts_with(own.code, asked.begin)
    GROUP BY 1, 2 ORDER BY 3 DESC, 1
    """  # noqa: S608 - constants of this file
    asked = list(interest.cpv) or [""]
    begins = [cpv.prefix(code) if code else "" for code in asked]
    rows = _rows(statement, values | {"asked": asked, "begins": begins})
    return [(row[0], row[1], row[2]) for row in rows if row[0] not in interest.cpv][:limit]


def _fitting(
    interest: InterestFacts,
    *,
    open_at: datetime | None = None,
    published_since: datetime | None = None,
    lot_ids: Collection[UUID] | None = None,
) -> tuple[str, dict[str, Any]]:
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
    if interest.cpv:
        narrowed.append("matching_cpv_up(l.cpv) && %(cpv)s::text[]")
    if interest.regions:
        narrowed.append("matching_regions_up(l.regions) && %(regions)s::text[]")
    if interest.words_any:
        narrowed.append("l.lemmas && %(lemmas_any)s::text[]")
    return _LOTS_OF_INTEREST.format(narrowed=" AND ".join(narrowed)), values


def open_lots(procedure_ids: Collection[UUID], *, moment: datetime) -> list[UUID]:
    """The lots of those of the procedures that may still be bid for; one without a deadline may not be open at all."""
    statement = """
    SELECT l.id FROM procedures_lot l JOIN procedures_procedure p ON p.id = l.procedure_id
    WHERE p.id = ANY(%s) AND p.state = 'published' AND p.closes_at > %s
    """
    return [row[0] for row in _rows(statement, [list(procedure_ids), moment])]


def open_lots_now(procedure_ids: Collection[UUID]) -> list[UUID]:
    """The same at the moment of the statement."""
    return open_lots(procedure_ids, moment=clock.db_now())


def lot_facts(lot_ids: Collection[UUID]) -> dict[UUID, LotFacts]:
    """The lots as the rules compare them. The number is empty where a procedure has one lot only."""
    if not lot_ids:
        return {}
    statement = f"SELECT lot.id, {_LOT_COLUMNS} FROM ({_LOT} WHERE l.id = ANY(%s)) lot"  # noqa: S608 - as above
    return {row[0]: _lot(row[1:]) for row in _rows(statement, [list(lot_ids)])}


def _lot(row: tuple[Any, ...]) -> LotFacts:
    """From `_LOT_COLUMNS`."""
    return LotFacts(
        number=row[0],
        buyer_id=row[1],
        cpv=tuple(row[2]),
        regions=tuple(row[3]),
        lemmas=frozenset(row[4]),
        value_amount=row[5],
        currency=row[6],
        kind=row[7],
        regime=row[8],
        buyer=row[9],
        is_outside=row[10],
    )


def _values(interest: InterestFacts) -> dict[str, Any]:
    return {
        "company_id": interest.company_id,
        "with_outside": interest.with_outside,
        "kinds": sorted(interest.kinds),
        "regimes": sorted(interest.regimes),
        "buyers_none": list(interest.buyers_none),
        "cpv": list(interest.cpv),
        "regions": list(interest.regions),
        "lemmas_any": [word.lemma for word in interest.words_any],
        "lemmas_none": [word.lemma for word in interest.words_none],
        "value_min": interest.value_min,
        "value_max": interest.value_max,
    }


def _rows(statement: str, values: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
