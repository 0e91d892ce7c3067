from __future__ import annotations

import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from pazar.ground.postgres import binaries, check, cluster, roles, users
from pazar.ground.postgres.cluster import Cluster


@pytest.fixture
def superuser(shared: Cluster) -> Iterator[psycopg.Connection]:
    with psycopg.connect(shared.url(role="superuser"), autocommit=True) as connection:
        yield connection


def codes(app_url: str, owner_url: str) -> set[str]:
    return {problem.code for problem in check.check_urls(app_url, owner_url)}


def test_the_embedded_server_passes_its_own_check(shared: Cluster) -> None:
    assert check.check_urls(shared.url(role="app"), shared.url(role="owner")) == []


@pytest.mark.parametrize("role", ["superuser", "owner"])
def test_an_app_that_may_do_too_much_is_refused(shared: Cluster, role: str) -> None:
    problems = check.check_urls(shared.url(role=role), shared.url(role="owner"))
    assert [problem.code for problem in problems] == ["app-too-powerful"] or {problem.code for problem in problems} == {
        "app-too-powerful",
        "app-may-create",
    }
    assert all(problem.what and problem.why and problem.todo for problem in problems)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE ROLE someone LOGIN BYPASSRLS IN ROLE pazar_app", "app-too-powerful"),
        ("CREATE ROLE someone LOGIN IN ROLE pazar_app, pazar_owner", "app-too-powerful"),
        ("CREATE ROLE someone LOGIN; GRANT CONNECT ON DATABASE pazar TO someone", "not-the-app"),
    ],
)
def test_the_rights_of_another_app_user_are_seen(
    shared: Cluster, superuser: psycopg.Connection, sql: str, code: str
) -> None:
    superuser.execute(sql)  # type: ignore[call-overload]
    try:
        someone = shared.url(role="app").replace("pazar_app", "someone")
        assert codes(someone, shared.url(role="owner")) == {code}
    finally:
        superuser.execute("DROP OWNED BY someone")
        superuser.execute("DROP ROLE someone")


def test_a_member_of_app_is_as_good_as_app(shared: Cluster, superuser: psycopg.Connection) -> None:
    superuser.execute("CREATE ROLE someone LOGIN IN ROLE pazar_app")
    try:
        assert codes(shared.url(role="app").replace("pazar_app", "someone"), shared.url(role="owner")) == set()
    finally:
        superuser.execute("DROP ROLE someone")


def test_an_owner_who_is_not_the_owner_is_refused(shared: Cluster) -> None:
    assert codes(shared.url(role="app"), shared.url(role="reader")) == {
        "not-the-owner",
        "owner-cannot-create",
    }


def test_a_bare_database_in_another_encoding_is_refused_point_by_point(
    shared: Cluster, superuser: psycopg.Connection
) -> None:
    superuser.execute(
        "CREATE DATABASE bare OWNER pazar_owner ENCODING 'LATIN1' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'"
    )
    try:
        urls = (shared.url(role="app", dbname="bare"), shared.url(role="owner", dbname="bare"))
        assert codes(*urls) == {"no-utf8", "extensions-not-made", "no-default-rights"}
        assert codes(shared.url(role="app"), urls[1]) >= {"two-databases"}
    finally:
        cluster.drop_database(shared, "bare")


def test_a_missing_server_is_said_without_the_password(shared: Cluster) -> None:
    url = "postgresql://pazar_app:topsecret@%2Fnowhere/pazar"
    (problem,) = check.check_urls(url, shared.url(role="owner"))
    assert problem.code == "no-connection"
    assert "DATABASE_URL" in problem.what
    assert "topsecret" not in str(problem)


@pytest.mark.parametrize("version", [140_012, 90_624])
def test_an_old_server_is_refused_once(shared: Cluster, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    # an old server isn't at hand: the number the driver tells is all the check looks at
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", version)
    problems = check.check_urls(shared.url(role="app"), shared.url(role="owner"))
    assert [problem.code for problem in problems] == ["too-old"]
    assert str(version // 10_000) in problems[0].why


def test_missing_roles_and_extensions_are_named(shared: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check.roles, "READER", "nobody_made_this")
    monkeypatch.setattr(check.roles, "EXTENSIONS", ("pg_trgm", "no_such_thing"))
    problems = {p.code: p for p in check.check_urls(shared.url(role="app"), shared.url(role="owner"))}
    assert set(problems) == {"no-roles", "no-extensions"}
    assert "nobody_made_this" in problems["no-roles"].what
    assert "no_such_thing" in problems["no-extensions"].what


def test_the_printed_statements_make_a_server_of_ones_own_ready(shared: Cluster) -> None:
    run_as = users.runner_for(shared.data, shared.data / "postgres")
    psql = binaries.find_binaries(run_as).folder / "psql"
    command = [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", shared.url(role="superuser", dbname="postgres")]
    name = 'own "house"'
    done = subprocess.run(command, input=roles.setup_sql(name), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    urls = (shared.url(role="app", dbname=name), shared.url(role="owner", dbname=name))
    assert check.check_urls(*urls) == []
