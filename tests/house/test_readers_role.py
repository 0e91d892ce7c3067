"""What the role *reader* (reports, a replica's users) can't look at."""

import os

import psycopg
import pytest

pytestmark = pytest.mark.django_db

READER = "pazar_reader"
# A session makes whoever has its key its person; the others tell what was told, or that somebody bid.
CLOSED = {
    "django_session",
    "identity_logintries",
    "identity_sitting",
    "mfa_authenticator",
    "entry_passwordlink",
    "api_token",
    "api_givenanswer",
    "journal_payload",
    "outbox_event",
    "outbox_handled",
    "pazar_messages_mail",
    "pazar_messages_message",
    "procrastinate_events",
    "procrastinate_jobs",
}


def _names(query: str) -> set[str]:
    with psycopg.connect(os.environ["PAZAR_TEST_SUPERUSER_URL"], autocommit=True) as connection:
        return {name for (name,) in connection.execute(query, [READER]).fetchall()}


def test_it_sees_no_row_that_row_security_guards() -> None:
    """The policies go by settings that any role may set: who runs SQL as the reader would be any company."""
    seen = _names(
        "SELECT relname FROM pg_class WHERE relforcerowsecurity AND has_any_column_privilege(%s, oid, 'SELECT')"
    )
    assert seen == set()


def test_it_sees_nothing_that_opens_a_door() -> None:
    there = _names("SELECT relname FROM pg_class WHERE relkind = 'r' AND %s <> ''")
    seen = _names("SELECT relname FROM pg_class WHERE relkind = 'r' AND has_any_column_privilege(%s, oid, 'SELECT')")
    assert there >= CLOSED
    assert seen & CLOSED == set()
    assert "procedures_procedure" in seen  # the control: it does see what it is for


def test_it_sees_persons_without_their_passwords() -> None:
    seen = _names(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'identity_person'::regclass AND attnum > 0"
        " AND has_column_privilege(%s, attrelid, attnum, 'SELECT')"
    )
    assert "name" in seen
    assert "password" not in seen


def test_it_writes_nothing() -> None:
    written = _names(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(%s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
    )
    assert written == set()
