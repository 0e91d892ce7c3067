"""Whether the server named by DATABASE_URL and DATABASE_OWNER_URL is one that Pazar can stand on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString, cast

import psycopg
from psycopg import sql

from . import roles
from .binaries import OLDEST
from .problems import Problem

_SETUP = "`python -m pazar.ground.postgres --setup-sql` prints the statements for an administrator."


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What a connection tells about itself; two of the same database have the same `place`."""

    user: str
    place: tuple[object, ...]


def check_urls(app_url: str, owner_url: str) -> list[Problem]:
    """All that is wrong with the app's and the owner's URL; empty when Pazar can run with them.

    Changes nothing on the server.
    """
    problems: list[Problem] = []
    app = _look(app_url, "DATABASE_URL", problems, _check_server, _check_app)
    owner = _look(owner_url, "DATABASE_OWNER_URL", problems, _check_server, _check_owner)
    if app and owner and app.place != owner.place:
        problems.append(
            Problem(
                code="two-databases",
                what="DATABASE_URL and DATABASE_OWNER_URL don't name the same database.",
                why="The owner makes the tables that the app uses.",
                todo="Let both name one database of one server; only the users differ.",
            )
        )
    seen: dict[Problem, None] = dict.fromkeys(problems)  # both URLs tell of an old server: once is enough
    return list(seen)


def check_app(connection: psycopg.Connection) -> list[Problem]:
    """What forbids the app to work over this connection: rights that pass by the rules of the database."""
    problems: list[Problem] = []
    _check_app(connection, problems)
    return problems


def _look(
    url: str,
    variable: str,
    problems: list[Problem],
    *checks: Callable[[psycopg.Connection, list[Problem]], None],
) -> _Seen | None:
    try:
        with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
            for check in checks:
                check(connection, problems)
            return _Seen(
                user=connection.info.user,
                place=_row(
                    connection,
                    "SELECT oid, datname, pg_postmaster_start_time() FROM pg_database"
                    " WHERE datname = current_database()",
                ),
            )
    except psycopg.Error as error:
        problems.append(
            Problem(
                code="no-connection",
                what=f"The database of {variable} can't be reached.",
                # libpq's texts name host, user and database, never the password
                why=f"PostgreSQL says: {' '.join(str(error).split())}",
                todo=f"Check address, user and password in {variable}, and whether the server runs.",
            )
        )
        return None


def _row(connection: psycopg.Connection, query: LiteralString, *values: object) -> tuple[object, ...]:
    row: tuple[object, ...] | None = connection.execute(query, values).fetchone()
    if row is None:
        raise AssertionError(f"no row from {query}")
    return row


def _check_server(connection: psycopg.Connection, problems: list[Problem]) -> None:
    """Version, encoding, writable, roles, extensions."""
    version = connection.info.server_version
    if version < OLDEST * 10_000:
        problems.append(
            Problem(
                code="too-old",
                what="The PostgreSQL server is too old.",
                why=f"It is version {version // 10_000}, and Pazar needs {OLDEST} or newer.",
                todo="Upgrade the server, or let the URLs name a newer one.",
            )
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        problems.append(
            Problem(
                code="no-utf8",
                what=f"The database {connection.info.dbname} doesn't keep its texts in UTF-8.",
                why=f"Its encoding is {encoding}, which can't hold all that people write.",
                todo="Make the database anew with ENCODING 'UTF8' TEMPLATE template0.",
            )
        )
    (recovering,) = _row(connection, "SELECT pg_is_in_recovery()")
    if recovering:
        problems.append(
            Problem(
                code="read-only",
                what=f"The server of the database {connection.info.dbname} takes no writes.",
                why="It is a standby that follows another server.",
                todo="Let the URLs name the primary server.",
            )
        )
    (found,) = _row(
        connection,
        "SELECT coalesce(array_agg(rolname::text), '{}') FROM pg_roles WHERE rolname = ANY(%s)",
        [roles.OWNER, roles.APP, roles.READER],
    )
    missing = [name for name in (roles.OWNER, roles.APP, roles.READER) if name not in cast("list[str]", found)]
    if missing:
        problems.append(
            Problem(
                code="no-roles",
                what=f"The server lacks the roles {', '.join(missing)}.",
                why="Migrations give rights to them; they can't make roles themselves.",
                todo=_SETUP,
            )
        )
    _check_extensions(connection, problems)


def _check_extensions(connection: psycopg.Connection, problems: list[Problem]) -> None:
    wanted = list(roles.EXTENSIONS)
    installed = {
        name for (name,) in connection.execute("SELECT extname FROM pg_extension WHERE extname = ANY(%s)", [wanted])
    }
    available = {
        name
        for (name,) in connection.execute("SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [wanted])
    }
    absent = [name for name in wanted if name not in installed | available]
    if absent:
        problems.append(
            Problem(
                code="no-extensions",
                what=f"The server lacks the extensions {', '.join(absent)}.",
                why="Search, periods and categories are built with them.",
                todo="Install PostgreSQL's contrib package (Debian: postgresql-contrib) on the server.",
            )
        )
    waiting = [name for name in wanted if name in available - installed]
    if waiting:
        problems.append(
            Problem(
                code="extensions-not-made",
                what=f"The database {connection.info.dbname} lacks the extensions {', '.join(waiting)}.",
                why="The server has them, but they haven't been made in this database.",
                todo=_SETUP,
            )
        )


def _check_app(connection: psycopg.Connection, problems: list[Problem]) -> None:
    """The app's user obeys the database's rules: row security, triggers, append-only tables."""
    user = connection.info.user
    (powerful,) = _row(
        connection,
        "SELECT coalesce(array_agg(rolname::text ORDER BY rolname), '{}') FROM pg_roles"
        " WHERE (rolsuper OR rolbypassrls OR rolname = %s) AND pg_has_role(current_user, oid, 'MEMBER')",
        roles.OWNER,
    )
    if powerful:
        names = ", ".join(cast("list[str]", powerful))
        problems.append(
            Problem(
                code="app-too-powerful",
                what=f"The user {user} of DATABASE_URL may do too much.",
                why=f"He is or can become {names}, and so pass by row security, triggers and logs.",
                todo=f"Let DATABASE_URL name {roles.APP}, a user without SUPERUSER and BYPASSRLS. {_SETUP}",
            )
        )
    elif not _has_role(connection, roles.APP):
        problems.append(
            Problem(
                code="not-the-app",
                what=f"The user {user} of DATABASE_URL may do too little.",
                why=f"He isn't {roles.APP} nor a member of it, to which the tables' rights are given.",
                todo=f"Let it name {roles.APP}, or run: GRANT {roles.APP} TO {_quoted(user)}",
            )
        )
    (creates,) = _row(
        connection,
        "SELECT has_schema_privilege('public', 'CREATE') OR has_database_privilege(current_database(), 'CREATE')",
    )
    if creates and not powerful:
        problems.append(
            Problem(
                code="app-may-create",
                what=f"The user {user} of DATABASE_URL may make tables or schemas.",
                why="Tables of his own would stand outside the rights the migrations give.",
                todo="Run as the owner: REVOKE CREATE ON SCHEMA public FROM PUBLIC, " + _quoted(user),
            )
        )


def _check_owner(connection: psycopg.Connection, problems: list[Problem]) -> None:
    """The owner's user makes tables, as the role whose default rights are set."""
    user = connection.info.user
    if user != roles.OWNER:
        problems.append(
            Problem(
                code="not-the-owner",
                what=f"DATABASE_OWNER_URL names the user {user}.",
                why=f"Tables must belong to {roles.OWNER}: the app gets rights to what that role makes.",
                todo=f"Let DATABASE_OWNER_URL name {roles.OWNER}. {_SETUP}",
            )
        )
    (creates,) = _row(connection, "SELECT has_schema_privilege('public', 'CREATE')")
    if not creates:
        problems.append(
            Problem(
                code="owner-cannot-create",
                what=f"The user {user} of DATABASE_OWNER_URL can't make tables.",
                why="He has no CREATE right on the schema public.",
                todo=f"Run as a superuser in the database: GRANT ALL ON SCHEMA public TO {_quoted(user)}",
            )
        )
    (rights,) = _row(
        connection,
        "SELECT count(*) FROM pg_default_acl, aclexplode(defaclacl)"
        " WHERE defaclrole = to_regrole(%s)::oid AND grantee = to_regrole(%s)::oid AND defaclobjtype = 'r'",
        roles.OWNER,
        roles.APP,
    )
    if not rights:
        problems.append(
            Problem(
                code="no-default-rights",
                what=f"Tables made in {connection.info.dbname} wouldn't be open to the app.",
                why=f"No default rights are set for what {roles.OWNER} makes.",
                todo=_SETUP,
            )
        )


def _has_role(connection: psycopg.Connection, role: str) -> bool:
    (has,) = _row(
        connection,
        "SELECT coalesce((SELECT pg_has_role(current_user, oid, 'USAGE') FROM pg_roles WHERE rolname = %s), false)",
        role,
    )
    return bool(has)


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string()
