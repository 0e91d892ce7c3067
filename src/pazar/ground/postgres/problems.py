"""What can be wrong with a PostgreSQL, said in three sentences: what happened, why, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing an operator has to mend; `code` is stable, the sentences are for the person."""

    code: str
    what: str
    why: str
    todo: str

    def __str__(self) -> str:
        return f"{self.what} {self.why} {self.todo}"


class PostgresError(Exception):
    """The server can't be made, started, stopped or used; `problem` says what, why and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class AlreadyRunning(PostgresError):
    """Another process has claimed this data folder for the same purpose."""

    def __init__(self, problem: Problem, *, pid: int | None) -> None:
        super().__init__(problem)
        self.pid = pid


def trouble(code: str, what: str, why: str, todo: str) -> PostgresError:
    """A `PostgresError` from its code and its three sentences."""
    return PostgresError(Problem(code=code, what=what, why=why, todo=todo))
