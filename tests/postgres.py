"""An embedded PostgreSQL for every worker, with a migrated database in it.

A server of its own, since what the journal's sequencer waits for (the oldest running transaction) is the server's.

With PAZAR_TEST_CACHE naming a folder, a migrated server is kept there and copied for the next run with the same
migrations: it starts in two seconds instead of twenty. `make test` doesn't use it.

Loaded by `-p` before Django reads its settings. Tests reach the database as the *app* role, as the centre does:
rights and row security are tested with everything else.
"""

import hashlib
import os
import shutil
import subprocess
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
DATABASE = "pazar_test"


def _kept() -> Path | None:
    """Where a server that knows exactly these migrations and codes is kept; None where none is to be kept."""
    if not os.environ.get("PAZAR_TEST_CACHE"):
        return None
    source = Path(__file__).resolve().parents[1] / "src" / "pazar"
    digest = hashlib.sha256()
    for path in sorted((*source.glob("*/*/migrations/*.py"), *source.glob("ground/codes/data/*"))):
        digest.update(f"{path.relative_to(source)}".encode() + path.read_bytes())
    for name in ("ground/postgres/roles.py", "config/migrate.py"):
        digest.update((source / name).read_bytes())
    return Path(os.environ["PAZAR_TEST_CACHE"]) / digest.hexdigest()[:24]


KEPT_SERVER = _kept()
IS_KEPT = KEPT_SERVER is not None and KEPT_SERVER.exists()


def _name_urls() -> Cluster:
    if IS_KEPT:
        subprocess.run(["cp", "-a", str(KEPT_SERVER), str(SERVER)], check=True)
    cluster = ensure_running(SERVER, keep=True)
    name = os.environ["PAZAR_TEST_DATABASE"] = DATABASE
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

    if IS_KEPT:
        return
    create_database(CLUSTER, DATABASE)
    migrate(owner_url=os.environ["DATABASE_OWNER_URL"], mode="demo")
    if KEPT_SERVER is not None:
        _keep(KEPT_SERVER)


def _keep(folder: Path) -> None:
    stop(SERVER)
    made = folder.with_name(f"{folder.name}.{os.getpid()}")
    made.parent.mkdir(parents=True, exist_ok=True)
    made.parent.chmod(0o755)
    subprocess.run(["cp", "-a", str(SERVER), str(made)], check=True)
    try:
        made.rename(folder)
    except OSError:  # another run was quicker
        shutil.rmtree(made, ignore_errors=True)
    ensure_running(SERVER, keep=True)


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
