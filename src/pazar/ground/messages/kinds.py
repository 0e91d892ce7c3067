"""The kinds of messages: each domain names its own, with the words people read in their settings."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`label` says what comes ("Procedures that fit your interests").

    `may_mute` is False where somebody must be told, such as the letter on an award: such mail has no unsubscribing.
    """

    key: str
    label: str | Promise
    may_mute: bool = True


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Name a kind; from `AppConfig.ready`. Naming it again replaces it."""
    _KINDS[kind.key] = kind


def kind(key: str) -> Kind:
    """Raises LookupError for a kind that no domain named."""
    if key not in _KINDS:
        raise LookupError(f"no kind of message is called {key!r}: register it in its domain's AppConfig.ready")
    return _KINDS[key]


def find(key: str) -> Kind | None:
    return _KINDS.get(key)


def muteable() -> list[Kind]:
    """Those a person can do without, in the order of their names' keys."""
    return [_KINDS[key] for key in sorted(_KINDS) if _KINDS[key].may_mute]
