"""Events and the jobs they cause, stored with the act that caused them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pazar.ground.outbox.commands import connect, publish

__all__ = ["connect", "publish"]


def __getattr__(name: str) -> Any:
    # Django imports this package before its models may be loaded; `outbox.publish` is found when it is called.
    if name in __all__:
        from pazar.ground.outbox import commands

        return getattr(commands, name)
    raise AttributeError(name)
