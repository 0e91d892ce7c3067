"""An embedded PostgreSQL for every worker, with a migrated database in it.

A server of its own, since what the journal's sequencer waits for (the oldest running transaction) is the server's.

Loaded by `-p` before Django reads its settings. Tests reach the database as the *app* role, as the centre does:
rights and row security are tested with everything else.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

os.environ["PAZAR_TESTING"] = "1"
# The folder is shared by all workers of a run; the controller makes it and takes it away.
RUN = Path(os.environ.setdefault("PAZAR_TEST_RUN", tempfile.mkdtemp(prefix="pazar-test-")))
RUN.chmod(0o755)
os.environ["PAZAR_DATA"] = str(RUN / "data")
os.environ.setdefault("PAZAR_BASE_URL", "http://testserver")

from pazar.ground.postgres.cluster import Cluster, create_database, ensure_running, stop  # noqa: E402

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
SERVER = RUN / f"postgres-{WORKER}"


def _name_urls() -> Cluster:
    cluster = ensure_running(SERVER, keep=True)
    name = os.environ["PAZAR_TEST_DATABASE"] = f"pazar_{WORKER}"
    os.environ["DATABASE_URL"] = cluster.url(role="app", dbname=name)
    os.environ["DATABASE_OWNER_URL"] = cluster.url(role="owner", dbname=name)
    os.environ["PAZAR_TEST_SUPERUSER_URL"] = cluster.url(role="superuser", dbname=name)
    return cluster


CLUSTER = _name_urls()


def pytest_unconfigure(config: pytest.Config) -> None:
    stop(SERVER)
    if not hasattr(config, "workerinput"):
        shutil.rmtree(RUN, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: pytest.FixtureRequest) -> None:
    """Replaces pytest-django's: the worker's database, migrated by its owner."""
    from pazar.config.migrate import migrate

    create_database(CLUSTER, os.environ["PAZAR_TEST_DATABASE"])
    migrate(owner_url=os.environ["DATABASE_OWNER_URL"], mode="demo")


@pytest.fixture(autouse=True)
def committing_tests_clean_up(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app may not truncate: after a test that commits, the superuser empties what it can have filled."""
    from django.test import TransactionTestCase

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: _empty())


KEPT = ("django_migrations", "django_content_type", "clock_centre", "codes_")


def _empty() -> None:
    with psycopg.connect(os.environ["PAZAR_TEST_SUPERUSER_URL"], autocommit=True) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = [name for (name,) in rows if not name.startswith(KEPT)]
        connection.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        connection.execute("ALTER TABLE clock_centre DISABLE TRIGGER USER")
        connection.execute("UPDATE clock_centre SET shift = interval '0', moving_to = NULL")
        connection.execute("ALTER TABLE clock_centre ENABLE TRIGGER USER")
