"""Every endpoint under requests that nobody would send: never a bug of ours, always an answer as described."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from pazar.config.openapi import STORED
from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity.rules.roles import Role
from tests.factories import make_company, make_person

pytestmark = pytest.mark.django_db

PATHS = json.loads(STORED.read_text("utf-8"))["paths"]
OPERATIONS = sorted((method.upper(), path) for path, said in PATHS.items() for method in said)
EXAMPLES = 20


@pytest.fixture(scope="module")
def schema() -> Any:
    found = schemathesis.openapi.from_dict(json.loads(STORED.read_text("utf-8")))
    found.app = get_wsgi_application()
    return found


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A server gives its connection back after each request; here it is the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers() -> dict[str, str]:
    """Somebody who may everything, so that the requests come as far as they can."""
    company = make_company()
    return bearer(make_token(make_person(company, *Role), company))


def check(case: Any, response: Any) -> None:
    case.validate_response(response, checks=(not_a_server_error, content_type_conformance, response_schema_conformance))
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        said = response.json()
        assert response.headers["content-type"] == ["application/problem+json"], response.headers
        assert said["status"] == response.status_code
        assert said["type"] == f"/problems/{said['code']}"


def asks_nothing(method: str, path: str) -> bool:
    """No parameter, body or token: there is nothing that could be otherwise than described."""
    said = PATHS[path][method.lower()]
    return not (said.get("parameters") or said.get("requestBody") or said.get("security"))


REQUESTS = [
    pytest.param(method, path, mode, id=f"{method}-{path}-{name}")
    for method, path in OPERATIONS
    for mode, name in ((GenerationMode.POSITIVE, "as described"), (GenerationMode.NEGATIVE, "otherwise"))
    if not (mode is GenerationMode.NEGATIVE and asks_nothing(method, path))
]


@pytest.mark.parametrize(("method", "path", "mode"), REQUESTS)
def test_no_request_breaks_an_endpoint(
    schema: Any, headers: dict[str, str], method: str, path: str, mode: GenerationMode
) -> None:
    operation = schema[path][method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        with transaction.atomic():
            # With who he is, and without: the refusals are of the same form.
            check(case, case.call(headers=headers))
            check(case, case.call(headers={"Authorization": ""}))
            transaction.set_rollback(True)

    run()


@pytest.mark.parametrize("path", [path for method, path in OPERATIONS if method == "POST"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b"7", b'"\\u0000"', b'{"x": NaN}', b"\xff\xfe", b"[" * 50_000]
)
def test_a_bad_body_is_refused(client: Any, headers: dict[str, str], path: str, body: bytes) -> None:
    address = re.sub(r"\{[^}]*\}", "00000000-0000-7000-8000-000000000000", path)
    client.raise_request_exception = False
    response = client.post(
        address, body, content_type="application/json", headers={**headers, "Idempotency-Key": "a-bad-body"}
    )
    assert HTTPStatus.BAD_REQUEST <= response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert response["Content-Type"] == "application/problem+json"
