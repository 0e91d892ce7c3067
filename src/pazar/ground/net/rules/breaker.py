"""When to leave a server alone that doesn't answer, and how long to wait before asking it once more."""

from dataclasses import dataclass, replace
from typing import Final

FAILURES: Final = 5  # in a row, after which nobody waits for this server
REST: Final = 30.0  # seconds until one question is let through again
LONGEST_REST: Final = 600.0


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """What is known of one server. `shut_until` and all moments are seconds of one steady clock."""

    failures: int = 0
    rests: int = 0  # how many rests in a row it was given
    shut_until: float = 0.0


def may_ask(breaker: Breaker, *, moment: float) -> bool:
    return moment >= breaker.shut_until


def probe(breaker: Breaker, *, moment: float) -> Breaker:
    """One question goes out: while a rested server is tried, nobody else waits for it."""
    if breaker.rests == 0:
        return breaker
    return replace(breaker, shut_until=moment + REST)


def after_answer(_breaker: Breaker) -> Breaker:
    return Breaker()


def after_failure(breaker: Breaker, *, moment: float) -> Breaker:
    """The fifth failure in a row shuts it; a failure after a rest doubles the rest, up to ten minutes."""
    failures = breaker.failures + 1
    if failures < FAILURES:
        return replace(breaker, failures=failures)
    rest = min(REST * 2.0**breaker.rests, LONGEST_REST)
    return Breaker(failures=failures, rests=breaker.rests + 1, shut_until=moment + rest)


def pause(attempt: int, *, chance: float, first: float = 0.25, longest: float = 10.0) -> float:
    """Seconds before attempt number `attempt` + 1: doubling, spread evenly from nought, so that who failed together
    doesn't ask together. `chance` is of [0, 1)."""
    return chance * min(first * 2.0**attempt, longest)
