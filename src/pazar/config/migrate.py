"""Bring a database up to date as its owner, and set once what kind of centre it is."""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Literal

import psycopg

Mode = Literal["real", "demo", "sandbox"]


def migrate(*, owner_url: str, mode: Mode = "real", behind: timedelta = timedelta(0), verbose: bool = False) -> None:
    """Run the migrations as the owner; in a fresh database write the centre's row with `mode`.

    A demo's clock may begin `behind` the true one: its story is told by moving it forward, and ends today.
    Migrations run in a process of their own: this one's settings name the app's role. Raises MigrationFailed.
    """
    environment = {**os.environ, "DATABASE_URL": owner_url, "DJANGO_SETTINGS_MODULE": "pazar.config.settings"}
    environment["PAZAR_TESTING"] = "1"  # no pool for one process and one connection
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "-v", "1" if verbose else "0"],
        env=environment,
        capture_output=not verbose,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MigrationFailed((done.stderr or "")[-4000:])
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            'INSERT INTO clock_centre ("only", mode, shift, made_at) VALUES (true, %s, %s, now())'
            ' ON CONFLICT ("only") DO NOTHING',
            [mode, -behind],
        )


def mode_of(owner_url: str) -> str:
    """What kind of centre a database holds; empty where it holds none yet."""
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('clock_centre')").fetchone() == (None,):
            return ""
        row = connection.execute("SELECT mode FROM clock_centre").fetchone()
    return str(row[0]) if row else ""


class MigrationFailed(Exception):
    """The output of the failing migration."""
