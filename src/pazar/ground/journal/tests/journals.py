"""What tests of the journal share: entries, and a centre that cheats."""

import io

import psycopg
from django.db import transaction
from tests.factories import make_company

from pazar.ground import journal
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.journal import export, sequencer
from pazar.ground.journal.rules.verify import Report, verify

PUBLIC_KIND = "procedure.published"


def write(count=1, *, kind=PUBLIC_KIND, subject=None, secret_key="", **facts):
    """Entries in a committed transaction of their own."""
    with transaction.atomic():
        subject = subject or make_company()
        return [
            journal.append(kind, actor=CENTRE, subject=subject, secret_key=secret_key, n=n, **facts)
            for n in range(count)
        ]


def exported(*, public_only=False) -> str:
    out = io.StringIO()
    export.write(out, public_only=public_only)
    return out.getvalue()


def checked(text: str, **given) -> Report:
    return verify(text.splitlines(), **given)


def faults(text: str, **given) -> list[str]:
    return [f"{fault.where}: {fault.what}" for fault in checked(text, **given).faults]


def as_superuser(*statements: str) -> None:
    """What an operator with all rights on the database could do."""
    import os

    with psycopg.connect(os.environ["PAZAR_TEST_SUPERUSER_URL"], autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def rebuild_everything() -> None:
    """The cheat's second half: throw the tree away, and let the centre's own key sign a new one over what is there."""
    as_superuser("TRUNCATE journal_node, journal_stamp, journal_head")
    sequencer.sequence()
