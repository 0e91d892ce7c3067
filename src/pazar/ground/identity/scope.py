"""The second wall: the actor set for the transaction, which row level security asks (forced, also for owners).

Every query on a company's own rows filters by its scope already; this makes a forgotten filter show nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from pazar.ground.identity.rules.actor import Actor

_READ = "SELECT current_setting('pazar.company', true), current_setting('pazar.centre', true)"
_SET = "SELECT set_config('pazar.company', %s, true), set_config('pazar.centre', %s, true)"


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """One transaction in which row level security sees `actor`: his company's rows, or all of them for the centre.

    May be nested; the outer actor is set again at the end of the inner block.
    """
    # The outermost block needs no restoring: what it sets is gone with its transaction.
    nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        before = ("", "")
        if nested:
            cursor.execute(_READ)
            before = cursor.fetchone()
        cursor.execute(_SET, [str(actor.company_id or ""), "on" if actor.is_centre else ""])
        yield
        if nested:
            # After an error the rollback itself restores what stood before.
            cursor.execute(_SET, [before[0] or "", before[1] or ""])


def own_rows_sql(table: str, *, column: str = "company_id") -> str:
    """SQL for a migration: forced row security on `table`, whose rows belong to the company in `column`."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_own ON {table} USING (
  {column}::text = current_setting('pazar.company', true) OR current_setting('pazar.centre', true) = 'on'
);
"""


def own_rows_reverse_sql(table: str) -> str:
    return f"""
DROP POLICY {table}_own ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
