"""The roles of the house and their rights, made before any migration; the same statements everywhere.

*owner* makes tables, *app* uses them and is bound by row security, *reader* only looks. Roles belong to the
whole server, rights to one database. All statements can be run again.
"""

from __future__ import annotations

import hashlib

import psycopg
from psycopg import sql

OWNER = "pazar_owner"
APP = "pazar_app"
READER = "pazar_reader"
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist", "citext", "ltree", "intarray")

_ATTRIBUTES = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"

ROLE_SQL = "\n".join(
    f"""DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} {_ATTRIBUTES};
    END IF;
END $$;"""
    for role in (OWNER, APP, READER)
)


def grants_sql(dbname: str) -> str:
    """Statements that give the roles their rights in the database `dbname`, to be run inside it."""
    database = sql.Identifier(dbname).as_string()
    extensions = "\n".join(f"CREATE EXTENSION IF NOT EXISTS {name};" for name in EXTENSIONS)
    return f"""{extensions}
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {APP}, {READER};
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {APP}, {READER};
GRANT USAGE, CREATE ON SCHEMA public TO {OWNER};
GRANT USAGE ON SCHEMA public TO {APP}, {READER};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT ON TABLES TO {READER};
-- a function may run with its owner's rights: nobody has it unless it is given to him
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {APP};
"""  # noqa: S608  # the only variable part is quoted above


def setup_sql(dbname: str) -> str:
    """Everything an administrator runs once on a server of his own, by psql as its superuser."""
    database = sql.Identifier(dbname).as_string()
    return f"""{ROLE_SQL}
-- give {OWNER}, {APP} and {READER} passwords of your own: \\password {OWNER}
CREATE DATABASE {database} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0;
\\connect {database}
{grants_sql(dbname)}"""


def fingerprint(dbname: str) -> str:
    """Changes when the statements do; kept as the database's comment once they have run."""
    return "pazar " + hashlib.sha256((ROLE_SQL + grants_sql(dbname)).encode()).hexdigest()[:16]


def is_prepared(connection: psycopg.Connection, dbname: str) -> bool:
    """Whether roles, database and rights are there as this version wants them."""
    row = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [dbname]
    ).fetchone()
    return row is not None and row[0] == fingerprint(dbname)


def make_roles(connection: psycopg.Connection) -> None:
    """Make the roles that are missing. Wants a superuser's connection."""
    connection.execute(sql.SQL(ROLE_SQL))


def give_rights(connection: psycopg.Connection, dbname: str) -> None:
    """Make extensions and give rights in `dbname`; wants a superuser's connection to that database."""
    with connection.transaction():
        connection.execute(sql.SQL(grants_sql(dbname)))
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(dbname), sql.Literal(fingerprint(dbname)))
        )
