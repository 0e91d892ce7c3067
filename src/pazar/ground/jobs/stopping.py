"""Whether the worker is asked to stop: a long job looks at it now and then, and hands over what is left."""

import threading

_asked = threading.Event()


def is_asked() -> bool:
    return _asked.is_set()


def ask() -> None:
    _asked.set()


def forget() -> None:
    """A worker begins."""
    _asked.clear()
