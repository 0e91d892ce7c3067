"""Append an act, disclose what may be known."""

import secrets
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db import connection, models

from pazar.ground import clock, sealing
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.journal.models import Disclosure, Entry, Payload
from pazar.ground.journal.rules import leaf as leaves


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
