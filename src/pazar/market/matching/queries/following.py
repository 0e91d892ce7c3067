"""Interests as the index takes them in, and the log of their changes. Shards are parts of the companies, by hash."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

# A company's interests stand together, so that it is told once, by one matcher.
_OF_SHARD = "(%(shards)s = 1 OR (uuid_hash_extended({company}, 0) & 2147483647) %% %(shards)s = %(shard)s - 1)"
_COLUMNS = (
    "number, cpv, regions, lemmas_any, lemmas_none, value_min, value_max, kinds, regimes, buyers_none, with_outside"
)
Row = tuple[Any, ...]
"""In the order of `_COLUMNS`."""


def of_shard(company: str) -> str:
    """A condition on the column `company`, with the parameters `shard` and `shards`."""
    return _OF_SHARD.format(company=company)


def snapshot_mark() -> int:
    """The oldest running transaction: whatever has a smaller number is committed and seen, or never will be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def waking(*, shard: int, shards: int) -> Iterator[Row]:
    """All interests that are awake, in chunks from the server; inside a transaction."""
    statement = f"SELECT {_COLUMNS} FROM matching_interest WHERE is_active AND {of_shard('company_id')}"  # noqa: S608
    connection.ensure_connection()
    with connection.connection.cursor(name="matching_load") as cursor:
        cursor.itersize = 5_000
        cursor.execute(statement, {"shard": shard, "shards": shards})
        yield from cursor


def by_number(numbers: Collection[int], *, shard: int, shards: int) -> list[Row]:
    """Those of these numbers that still stand, are awake and of this shard."""
    statement = f"""
    SELECT {_COLUMNS} FROM matching_interest
    WHERE is_active AND number = ANY(%(numbers)s) AND {of_shard("company_id")}
    """  # noqa: S608
    return _rows(statement, {"numbers": list(numbers), "shard": shard, "shards": shards})


def changes_since(mark: int) -> list[tuple[int, int | None, int]]:
    """Lines of the log of transactions from `mark` on: number, the number it replaces, transaction."""
    return _rows(
        "SELECT number, replaces, txid FROM matching_interestchange WHERE txid >= %(mark)s ORDER BY number",
        {"mark": mark},
    )


def waiting_requests(*, shard: int, shards: int) -> list[tuple[int, list[UUID], bool, bool]]:
    """Requests this matcher hasn't done: publications first, in their order. Id, procedures, quiet, just published."""
    return _rows(
        """
        SELECT r.id, r.procedure_ids, r.quiet, r.just_published FROM matching_matchrequest r
        WHERE r.finished_at IS NULL AND NOT EXISTS (
          SELECT FROM matching_matchpart p
          WHERE p.request_id = r.id AND p.shard = %(shard)s AND p.shards = %(shards)s)
        ORDER BY NOT r.just_published, r.id LIMIT 20
        """,
        {"shard": shard, "shards": shards},
    )


def own_numbers(company_ids: Collection[UUID]) -> dict[UUID, list[int]]:
    """The numbers of these companies' interests: what they buy themselves isn't for them."""
    found: dict[UUID, list[int]] = {}
    for company_id, number in _rows(
        "SELECT company_id, number FROM matching_interest WHERE company_id = ANY(%(ids)s)", {"ids": list(company_ids)}
    ):
        found.setdefault(company_id, []).append(number)
    return found


def companies_of_shard(company_ids: Collection[UUID], *, shard: int, shards: int) -> list[UUID]:
    """Those of these companies that a matcher deals with."""
    statement = f"SELECT id FROM unnest(%(ids)s::uuid[]) id WHERE {of_shard('id')}"  # noqa: S608
    return [row[0] for row in _rows(statement, {"ids": list(company_ids), "shard": shard, "shards": shards})]


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
