"""The whole of one database into a file and back, by PostgreSQL's own programs, as the cluster's superuser.

Row security is forced on bids and desks, so a dump as anybody else would be refused or, worse, be empty.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from . import server
from .binaries import Binaries, find_binaries
from .cluster import DATABASE, Cluster
from .problems import trouble
from .server import Places
from .users import runner_for


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One moment of the database: what `dump` writes, and how many rows each table has in it."""

    name: str
    rows: dict[str, int]


def programs(cluster: Cluster) -> Binaries:
    """Where `pg_dump` and `pg_restore` are: beside the server's own programs. Raises PostgresError."""
    found = find_binaries(runner_for(cluster.data, Places(data=cluster.data).cluster))
    missing = [name for name in ("pg_dump", "pg_restore") if not (found.folder / name).is_file()]
    if missing:
        raise trouble(
            "no-dump-programs",
            "The database can't be backed up or restored here.",
            f"There is no {' and no '.join(missing)} in {found.folder}.",
            "Set PAZAR_PG_BIN to the bin folder of a whole PostgreSQL, or unset it to use Pazar's own.",
        )
    return found


@contextmanager
def snapshot(cluster: Cluster) -> Iterator[Snapshot]:
    """Hold one moment of the database still while it is dumped."""
    with psycopg.connect(cluster.url(role="superuser")) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        yield Snapshot(name=str(row[0]), rows=_count(connection))


def count_rows(cluster: Cluster) -> dict[str, int]:
    """The rows of every table."""
    with psycopg.connect(cluster.url(role="superuser")) as connection:
        return _count(connection)


def _count(connection: psycopg.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    ).fetchall()
    found = {}
    for (name,) in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        assert row is not None
        found[str(name)] = int(row[0])
    return found


def dump(cluster: Cluster, target: Path, *, of: Snapshot) -> None:
    """Write the database as it was at `of` into `target`, in pg_dump's custom format. Raises PostgresError."""
    command = ["pg_dump", "--format=custom", f"--snapshot={of.name}", "--no-password"]
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        _run(cluster, command, out=out.fileno(), what="The database couldn't be written out.")


def restore(cluster: Cluster, source: Path) -> None:
    """Read a dump into the empty database: everything or nothing. Raises PostgresError."""
    command = ["pg_restore", "--exit-on-error", "--single-transaction", "--no-password"]
    with source.open("rb") as content:
        _run(cluster, command, into=content.fileno(), what="The database couldn't be read in.")


def _run(cluster: Cluster, command: list[str], *, what: str, into: int | None = None, out: int | None = None) -> None:
    folder = programs(cluster).folder
    address = ["--host", str(cluster.socket_dir), "--port", str(cluster.port), "--username", server.SUPERUSER]
    strange = ("PG", "LC_", "LANG")
    done = subprocess.run(
        [folder / command[0], *command[1:], *address, "--dbname", DATABASE],
        stdin=subprocess.DEVNULL if into is None else into,
        stdout=subprocess.DEVNULL if out is None else out,
        stderr=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if not name.startswith(strange)} | {"LC_ALL": "C"},
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
        # Not the lines that quote rows: a backup holds prices.
        words = next((line for line in said if "error" in line.lower()), "nothing")
        raise trouble("dump-failed", what, f"{command[0]} said: {words[:300]}", "Mend what it names, then try again.")
