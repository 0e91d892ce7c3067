"""Append an act, disclose what may be known, give the entries their order."""

import secrets
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from pazar.ground import clock, sealing
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.journal.models import Disclosure, Entry, Payload
from pazar.ground.journal.rules import leaf as leaves

_SEQUENCE_LOCK = 0x70617A61  # one sequencer at a time, whichever node runs it


def append(
    kind: str,
    *,
    actor: Actor,
    subject: models.Model,
    secret_key: str = "",
    **facts: str | int | bool | list[Any] | dict[str, Any] | None,
) -> Entry:
    """Record one act in the transaction that does it: either both are there, or neither.

    `kind` is `thing.past-participle`. Amounts are strings. With `secret_key` nothing of the entry but its leaf is
    shown anywhere until `disclose(secret_key)`; in the database it lies sealed.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a journal entry belongs to the transaction of its act")
    moment = clock.db_now()
    salt = secrets.token_bytes(leaves.SALT_BYTES)
    content = leaves.canonical(
        {
            "v": 1,
            "kind": kind,
            "at": moment.astimezone(UTC).isoformat(timespec="microseconds"),
            "person": str(actor.person_id or ""),
            "company": str(actor.company_id or ""),
            "subject": {"kind": subject._meta.label_lower, "id": str(subject.pk)},
            "facts": facts,
        }
    )
    entry = Entry(
        made_at=moment,
        leaf=leaves.leaf(salt=salt, payload=content),
        secret_key=sealing.token(secret_key) if secret_key else "",
        subject_id=subject.pk if isinstance(subject.pk, UUID) else None,
        txid=_txid(),
    )
    entry.save(force_insert=True)
    if secret_key:
        salt, content = sealing.seal(salt), sealing.seal(content)
    Payload(entry=entry, salt=salt, content=content).save(force_insert=True)
    return entry


def disclose(*secret_keys: str) -> None:
    """Let the entries under these keys be shown from now on. Repeating changes nothing."""
    moment = clock.db_now()
    Disclosure.objects.bulk_create(
        [Disclosure(secret_key=sealing.token(one), made_at=moment) for one in secret_keys], ignore_conflicts=True
    )


def give_positions() -> int:
    """Number, without gaps, the entries that no running transaction can precede; how many were numbered.

    Reading by id would skip an entry whose transaction took its id early and committed late.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEQUENCE_LOCK])
        cursor.execute(
            """
            INSERT INTO journal_position (seq, entry_id)
            SELECT (SELECT coalesce(max(seq), 0) FROM journal_position)
                   + row_number() OVER (ORDER BY e.txid, e.id), e.id
            FROM journal_entry e LEFT JOIN journal_position p ON p.entry_id = e.id
            WHERE p.entry_id IS NULL AND e.txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            """
        )
        return int(cursor.rowcount)


def _txid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        txid: int = cursor.fetchone()[0]
    return txid
