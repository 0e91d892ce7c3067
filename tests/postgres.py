"""One embedded PostgreSQL for the whole run, a migrated template, a database of its own for every worker.

Loaded by `-p` before Django reads its settings. Tests reach the database as the *app* role, as the centre does:
rights and row security are tested with everything else.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
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

TEMPLATE = "pazar_template"


def _cluster() -> Cluster:
    return ensure_running(RUN / "postgres", keep=True)


def _name_urls() -> None:
    name = f"pazar_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with (RUN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cluster = _cluster()
    os.environ["PAZAR_TEST_DATABASE"] = name
    os.environ["DATABASE_URL"] = cluster.url(role="app", dbname=name)
    os.environ["DATABASE_OWNER_URL"] = cluster.url(role="owner", dbname=name)
    os.environ["PAZAR_TEST_SUPERUSER_URL"] = cluster.url(role="superuser", dbname=name)


_name_urls()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        stop(RUN / "postgres")
        shutil.rmtree(RUN, ignore_errors=True)


def _make_template(cluster: Cluster) -> None:
    """The migrated template, by the owner, once a run."""
    from pazar.config.migrate import migrate

    with psycopg.connect(cluster.url(role="superuser", dbname="postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            return
    create_database(cluster, f"{TEMPLATE}_making")
    migrate(owner_url=cluster.url(role="owner", dbname=f"{TEMPLATE}_making"), mode="demo")
    with psycopg.connect(cluster.url(role="superuser", dbname="postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {TEMPLATE}_making RENAME TO {TEMPLATE}")


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Replaces pytest-django's: the worker's database comes from the template, complete with what migrations load."""
    with (RUN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cluster = _cluster()
        _make_template(cluster)
        create_database(cluster, os.environ["PAZAR_TEST_DATABASE"], template=TEMPLATE)
    yield


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
        connection.execute("UPDATE clock_centre SET shift = interval '0'")
        connection.execute("ALTER TABLE clock_centre ENABLE TRIGGER USER")
