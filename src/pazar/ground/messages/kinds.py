"""The kinds of messages: each domain names its own, with the words people read in their settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from pazar.ground.identity.rules.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Something within a kind that may come at a pace of its own, such as one interest. `key` is its id."""

    key: str
    label: str


def _none(_actor: Actor) -> Sequence[Topic]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`label` says what comes ("Procedures that fit your interests").

    `may_mute` is False where somebody must be told, such as the letter on an award: such mail has no unsubscribing.
    What is `urgent` can't wait for a digest or the end of quiet hours. `topics` names those of a person who acts.
    """

    key: str
    label: str | Promise
    may_mute: bool = True
    urgent: bool = False
    topics: Callable[[Actor], Sequence[Topic]] = _none


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
