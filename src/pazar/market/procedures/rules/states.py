"""The life of a procedure of our own (B6): which step may follow which."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    OPENED = "opened"
    AWARDED = "awarded"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Step(StrEnum):
    PUBLISH = "publish"
    CHANGE = "change"
    CLOSE = "close"
    OPEN = "open"
    AWARD = "award"
    CANCEL = "cancel"
    FAIL = "fail"


STEPS: Final[dict[tuple[State, Step], State]] = {
    (State.DRAFT, Step.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Step.CHANGE): State.PUBLISHED,
    (State.PUBLISHED, Step.CLOSE): State.CLOSED,
    (State.CLOSED, Step.OPEN): State.OPENED,
    (State.OPENED, Step.AWARD): State.AWARDED,
    (State.PUBLISHED, Step.CANCEL): State.CANCELLED,
    (State.CLOSED, Step.CANCEL): State.CANCELLED,
    (State.OPENED, Step.CANCEL): State.CANCELLED,
    # Nobody bid, or no bid could be taken: there is nothing to award.
    (State.CLOSED, Step.FAIL): State.FAILED,
    (State.OPENED, Step.FAIL): State.FAILED,
}
ENDED: Final = frozenset({State.AWARDED, State.CANCELLED, State.FAILED})


class WrongStep(Exception):
    """`step` can't be taken in `state`."""

    def __init__(self, state: State, step: Step) -> None:
        super().__init__(f"{step} is no step from {state}")
        self.state = state
        self.step = step


def after(state: State, step: Step) -> State:
    """The state that `step` leads to. Raises WrongStep."""
    try:
        return STEPS[state, step]
    except KeyError:
        raise WrongStep(state, step) from None


def may(state: State, step: Step) -> bool:
    return (state, step) in STEPS
