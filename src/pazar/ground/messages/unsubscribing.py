"""The signed word in a mail that lets its reader say "no more of this" without logging in (RFC 8058)."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

_SALT = "pazar.messages.unsubscribe"


@dataclass(frozen=True)
class Wish:
    """Whose mails of which kind."""

    person_id: UUID
    kind: str


def token(wish: Wish) -> str:
    """Never expires: the mail it stands in doesn't either."""
    return signing.dumps([wish.person_id.hex, wish.kind], salt=_SALT)


def read(text: str) -> Wish | None:
    """None for a word that wasn't signed here."""
    try:
        person, kind = signing.loads(text, salt=_SALT)
        return Wish(person_id=UUID(person), kind=str(kind))
    except (signing.BadSignature, ValueError, TypeError):
        return None
