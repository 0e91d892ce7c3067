"""The API itself: one gate before every endpoint, one description after all of them."""

import inspect
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationErrorContext
from ninja.operation import Operation
from ninja.parser import Parser

from pazar.ground.api import auth, idempotency, problems
from pazar.ground.api.scopes import LABELS, Scope
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.scope import acting

Run = Callable[..., HttpResponse]
JSON = "application/json"
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class StrictParser(Parser):
    """JSON as RFC 8259 has it, without what PostgreSQL can't keep."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        content = json.loads(request.body, parse_constant=_no_constant)
        # Where every field may be left out, `null` and `[]` would pass for an empty object.
        if not isinstance(content, dict):
            raise ValueError("a body is an object")
        _check_texts(content)
        return content


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _check_texts(content: object) -> None:
    """Raises ValueError for a zero character or half a surrogate pair anywhere."""
    if isinstance(content, str):
        content.encode()
        if "\x00" in content:
            raise ValueError("zero character")
    elif isinstance(content, dict):
        for name, value in content.items():
            _check_texts(name)
            _check_texts(value)
    elif isinstance(content, list):
        for value in content:
            _check_texts(value)


class Api(NinjaAPI):
    """Every endpoint passes the gate: who calls, in what form, reading within his company's rows, each POST once."""

    def __init__(self, **said: Any) -> None:
        super().__init__(parser=StrictParser(), docs_url=None, **said)
        problems.register(self)
        self.add_exception_handler(idempotency.AlreadyAnswered, _answered)
        self.add_decorator(self._gate, mode="view")
        self.add_decorator(_claim, mode="operation")

    def _gate(self, run: Run) -> Run:
        operation: Operation = inspect.unwrap(run).__self__
        reads = {model.__ninja_param_source__ for model in operation.models}

        @wraps(run)
        def guarded(request: HttpRequest, **given: Any) -> HttpResponse:
            try:
                auth.identify(request)
                _check_form(request, reads)
                if request.method in auth.SAFE:
                    with acting(cast(ActorRequest, request).actor):
                        response = run(request, **given)
                elif request.method == "POST":
                    response = idempotency.once(request, lambda: run(request, **given))
                else:
                    response = run(request, **given)
            except Exception as error:
                return self.on_exception(request, error)
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        return guarded

    def validation_error_from_error_contexts(self, error_contexts: list[ValidationErrorContext[Any]]) -> Any:
        error = super().validation_error_from_error_contexts(error_contexts)
        # A body that is one object is read under the name of our argument, which its sender doesn't know.
        hidden = {
            name
            for context in error_contexts
            if context.model.__ninja_param_source__ == "body"
            and (name := getattr(context.model, "__read_from_single_attr__", None))
        }
        for found in error.errors:
            source, *place = found["loc"]
            if source == "body" and place and place[0] in hidden:
                found["loc"] = (source, *place[1:])
        return error

    def get_openapi_schema(self, **said: Any) -> Any:
        schema = super().get_openapi_schema(**said)
        _complete(schema)
        for bound in self._get_bound_routers():
            for view in bound.path_operations.values():
                for operation in view.operations:
                    if operation.include_in_schema:
                        _describe(schema, operation, operation.operation_id or self.get_openapi_operation_id(operation))
        return schema


def _answered(request: HttpRequest, found: Any) -> HttpResponse:
    response: HttpResponse = found.response
    return response


def _claim(view: Callable[..., Any]) -> Callable[..., Any]:
    """After who calls was asked and what he sends was read: the key of his POST."""

    @wraps(view)
    def claimed(request: HttpRequest, *args: Any, **given: Any) -> Any:
        if request.method == "POST":
            idempotency.claim(request)
        return view(request, *args, **given)

    return claimed


def _check_form(request: HttpRequest, reads: set[str | None]) -> None:
    if "\x00" in request.path or any("\x00" in text for values in request.GET.lists() for text in values[1]):
        raise problems.Unreadable
    if any("\x00" in name for name in request.GET):
        raise problems.Unreadable
    if "body" in reads and not reads & {"form", "file"} and request.body and request.content_type != JSON:
        raise problems.UnsupportedMediaType
    if reads & {"form", "file"} and request.content_type not in FORMS:
        raise problems.UnsupportedMediaType


PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "remedy"],
    "properties": {
        "type": {"type": "string", "description": "A page that explains the code."},
        "title": {"type": "string", "description": "What happened."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "Why."},
        "instance": {"type": "string", "description": "The request's id; the operator finds it in the log."},
        "code": {"type": "string", "description": "Stable; programs may rely on it."},
        "remedy": {"type": "string", "description": "What to do."},
        "breaches": {"type": "array", "items": {"type": "string"}, "description": "Every rule that is broken."},
        "errors": {
            "type": "array",
            "description": "Every field that doesn't fit.",
            "items": {
                "type": "object",
                "required": ["in", "field", "code", "detail"],
                "properties": {
                    "in": {"type": "string"},
                    "field": {"type": "string"},
                    "pointer": {"type": "string", "description": "RFC 6901, for a field of the body."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def _complete(schema: dict[str, Any]) -> None:
    parts = schema.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts["responses"] = {
        "Problem": {
            "description": "Refused.",
            "content": {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }
    parts["parameters"] = {
        "IdempotencyKey": {
            "name": idempotency.HEADER,
            "in": "header",
            "required": True,
            "description": "New for each act, the same for its repetition: the first answer is given again, for 48 h.",
            "schema": {"type": "string", "minLength": 8, "maxLength": 128, "pattern": r"^[!-~]{8,128}$"},
        }
    }
    parts["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of a person, for one company. Scopes: " + ", ".join(sorted(LABELS)) + ".",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A page's own calls; unsafe ones carry X-CSRFToken.",
        },
    }


def _describe(schema: dict[str, Any], operation: Operation, name: str) -> None:
    scopes = [str(found.scope) for found in operation.auth_callbacks if isinstance(found, auth.TokenAuth)]
    for path in schema["paths"].values():
        for method, said in path.items():
            if said["operationId"] != name:
                continue
            answers = {str(status): answer for status, answer in said["responses"].items()}
            said["responses"] = {**answers, "default": {"$ref": "#/components/responses/Problem"}}
            if scopes:
                said["security"] = [{"token": scopes}, {"session": []}]
            if method == "post":
                said["parameters"] = [*said["parameters"], {"$ref": "#/components/parameters/IdempotencyKey"}]


__all__ = ["Api", "Scope"]
