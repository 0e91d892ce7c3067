"""Sessions whose keys the database doesn't hold: a dump, a replica or a look at the table lets nobody in."""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db


def digest(session_key: str) -> str:
    """What stands in the table for a key. The key has 160 bits of chance: a slow hash would add nothing."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]  # as much as the column takes


class SessionStore(db.SessionStore):
    """Django's own, with a digest where it writes and looks for the key. The cookie's key is never stored."""

    def _get_session_from_db(self) -> Any:
        key = self._session_key
        self._session_key = key and digest(key)
        found = super()._get_session_from_db()  # type: ignore[misc]  # the stubs don't know it
        self._session_key = key if found is not None else None
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(digest(session_key))

    def create_model_instance(self, data: Any) -> Any:
        made = super().create_model_instance(data)
        made.session_key = digest(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(digest(key))
