"""Locks on what has no row of its own yet, kept until the transaction ends."""

import hashlib

from django.db import connection


def alone(*names: object) -> None:
    """Hold what `names` name, alone, until the running transaction ends; others who want it wait."""
    text = "\x1f".join(str(name) for name in names)
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
