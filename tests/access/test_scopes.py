"""What a token must be allowed, operation by operation: reading by `…:read`, everything else by `…:write`."""

from collections.abc import Iterator
from typing import Any

from pazar.config.api import api
from pazar.ground.api.auth import TokenAuth

# The first part of an operation's address, and the family of its scope where it has another name.
FAMILIES = {
    "procedures": {"procedures", "bids", "awards"},
    "bids": {"bids"},
    "interests": {"matches"},
    "matches": {"matches"},
    "opportunities": {"sales"},
    "leads": {"sales"},
    "deals": {"sales"},
    "accounts": {"sales"},
    "touches": {"sales"},
    "intake-rule": {"sales"},
    "imports": {"imports"},
}
# What is sent there is only counted with: nothing is changed.
READS_BY_POST = {"interests/preview"}


def operations() -> Iterator[tuple[str, set[str], str]]:
    """Address, methods and scope of every operation that asks for a token."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for auth in _auths(operation):
                    yield f"{prefix}/{path}".strip("/"), set(operation.methods), str(auth.scope)


def _auths(operation: Any) -> list[TokenAuth]:
    return [auth for auth in operation.auth_callbacks if isinstance(auth, TokenAuth)]


def test_reading_and_writing_ask_for_scopes_of_their_own() -> None:
    found = list(operations())
    assert len(found) > 40
    wrong = [
        (address, methods, scope)
        for address, methods, scope in found
        if scope and not scope.endswith(":read" if methods <= {"GET", "HEAD"} or address in READS_BY_POST else ":write")
    ]
    assert wrong == []


def test_both_wings_ask_for_scopes_of_their_own_family() -> None:
    wrong = []
    for address, _methods, scope in operations():
        family = FAMILIES.get(address.replace("//", "/").split("/")[0])
        if family is not None and scope.split(":")[0] not in family:
            wrong.append((address, scope))
    assert wrong == []
