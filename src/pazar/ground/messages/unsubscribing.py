"""The signed word in a mail that lets its reader say "no more of this" without logging in (RFC 8058)."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

_SALT = "pazar.messages.unsubscribe"


@dataclass(frozen=True)
class Wish:
    """Whose mails of which kinds: several for a mail that told of several."""

    person_id: UUID
    kinds: tuple[str, ...]


def token(wish: Wish) -> str:
    """Never expires: the mail it stands in doesn't either."""
    return signing.dumps([wish.person_id.hex, *wish.kinds], salt=_SALT)


def read(text: str) -> Wish | None:
    """None for a word that wasn't signed here."""
    try:
        person, *kinds = signing.loads(text, salt=_SALT)
        return Wish(person_id=UUID(person), kinds=tuple(str(kind) for kind in kinds))
    except (signing.BadSignature, ValueError, TypeError):
        return None
