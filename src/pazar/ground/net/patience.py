"""Asking again what failed for the moment, and leaving alone a server that is down.

What is known of a server is kept in each process alone: it is a courtesy, not a rule that must hold.
"""

import random
import threading
import time
from collections.abc import Callable

from pazar.ground.net.fetching import Fetched, NotFetched
from pazar.ground.net.rules import breaker
from pazar.ground.net.rules.breaker import Breaker

_PASSING = frozenset({"no_connection", "too_slow", "broken_off", "name_unknown"})
_servers: dict[str, Breaker] = {}
_lock = threading.Lock()


def ask(
    name: str,
    attempt: Callable[[float], Fetched],
    *,
    seconds: float,
    tries: int = 3,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """`attempt` (given the seconds it may take) until it answers, at most `tries` times and `seconds` in all.

    A failure that may pass, 429 and 5xx are tried again after growing pauses; the last answer is given whatever its
    status. A server called `name` that failed five times in a row isn't asked for a while. Raises NotFetched; its
    fault is "resting" then.
    """
    until = time.monotonic() + seconds
    for number in range(tries):
        _enter(name)
        answer, failed = _one(name, attempt, until)
        if answer is not None and not _may_pass(answer):
            return answer
        wait = breaker.pause(number, chance=random.random())  # noqa: S311 - to part callers, not to keep a secret
        if number + 1 == tries or time.monotonic() + wait >= until:
            if answer is not None:
                return answer
            assert failed is not None
            raise failed
        sleep(wait)
    raise NotFetched("resting")


def _one(name: str, attempt: Callable[[float], Fetched], until: float) -> tuple[Fetched | None, NotFetched | None]:
    try:
        answer = attempt(max(0.05, until - time.monotonic()))
    except NotFetched as error:
        _note(name, failed=True)
        if error.fault not in _PASSING:
            raise
        return None, error
    except BaseException:
        _note(name, failed=True)
        raise
    _note(name, failed=answer.status >= 500)
    return answer, None


def _may_pass(answer: Fetched) -> bool:
    return answer.status == 429 or answer.status >= 500


def _enter(name: str) -> None:
    with _lock:
        known, moment = _servers.get(name, Breaker()), time.monotonic()
        if not breaker.may_ask(known, moment=moment):
            raise NotFetched("resting")
        _servers[name] = breaker.probe(known, moment=moment)


def _note(name: str, *, failed: bool) -> None:
    with _lock:
        known = _servers.get(name, Breaker())
        _servers[name] = (
            breaker.after_failure(known, moment=time.monotonic()) if failed else breaker.after_answer(known)
        )


def forget() -> None:
    """Know nothing of any server: for tests, and after a change of settings."""
    with _lock:
        _servers.clear()
