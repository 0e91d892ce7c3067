"""Who may do what: every route × everybody."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import transaction

from tests.access.matrix import OK, Case, Stage, call, expected, placed, routes

CASES = placed()
# What the test client's own address, "testserver", answers without any of our code: nothing to place.
NOT_OURS = frozenset({"api:api-root"})


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Stage]:
    """Made once, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield Stage()
        transaction.set_rollback(True)


def test_every_route_is_placed() -> None:
    there = {case.route for case in CASES}
    by_method = {(case.route, case.method) for case in CASES}
    missing = []
    for route, methods in routes():
        if route in NOT_OURS:
            continue
        if methods is None:
            missing += [route] if route not in there else []
        else:
            missing += [f"{method} {route}" for method in methods if (route, method) not in by_method]
    assert not missing, f"place these in their domain's tests/access.py: {', '.join(missing)}"


def test_nothing_is_placed_twice_or_beside() -> None:
    known = {route for route, _methods in routes()}
    assert [case.name for case in CASES if case.route not in known] == []
    assert [name for name, times in Counter(case.name for case in CASES).items() if times > 1] == []


def test_what_is_not_placed_is_not_there(stage: Stage) -> None:
    """A page answers no method that the matrix doesn't know of."""
    by_method = {(case.route, case.method) for case in CASES}
    wrong = []
    for case in {case.route: case for case in CASES if not case.of_api}.values():
        others = [name for name in ("GET", "POST", "PUT", "DELETE") if (case.route, name) not in by_method]
        with transaction.atomic():
            made = replace(case.make(stage), form=None, json=None)
            for method in others:
                got, said = call(replace(case, method=method), made, stage.callers[0])
                if got != 405:
                    wrong.append(f"{method} {case.route}: {got}\n    {said[:100]}")
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_gets_what_is_his(stage: Stage, case: Case) -> None:
    wrong = []
    with transaction.atomic():
        made = case.make(stage)
        for caller in stage.callers:
            with transaction.atomic():
                got, said = call(case, made, caller)
                transaction.set_rollback(True)
            wanted = expected(case, caller)
            if got != wanted:
                wrong.append(f"{caller.name}: {got} instead of {wanted}\n    {said}")
            elif got == OK and case.of_api and case.visitor != OK and caller.role is not None:
                token = caller.scopeless_token
                with transaction.atomic():
                    got, said = call(case, made, caller, token=token)
                    transaction.set_rollback(True)
                if got != 403 or "scope_missing" not in said:
                    wrong.append(f"{caller.name} by a token without the scope: {got}\n    {said}")
        transaction.set_rollback(True)
    assert not wrong, f"{case.name}\n" + "\n".join(wrong)
