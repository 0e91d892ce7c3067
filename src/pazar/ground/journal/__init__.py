"""The append-only record of every act that changes something of value (J1)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pazar.ground.journal.commands import append, disclose

__all__ = ["append", "disclose"]


def __getattr__(name: str) -> Any:
    # Django imports this package before its models may be loaded; `journal.append` is found when it is called.
    if name in __all__:
        from pazar.ground.journal import commands

        return getattr(commands, name)
    raise AttributeError(name)
