"""Identifiers: UUID version 7, whose order in an index is the order of creation (RFC 9562)."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh UUIDv7 as the standard library's `UUID`."""
    return compat.uuid7()
