"""Everything the API refuses, as RFC 9457 problem details: one form, whatever went wrong and wherever."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from pazar.ground.api.logs import request_id
from pazar.ground.errors import Invalid, NotAllowed, NotFound, Refusal, Sentence

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"

# What pydantic finds, in the words of the house; the rest is "doesn't fit", with pydantic's own code beside it.
FAULTS: Mapping[str, Sentence] = {
    "missing": _("This field is missing."),
    "extra_forbidden": _("There is no such field."),
    "string_type": _("This must be a text."),
    "string_too_short": _("This text is too short."),
    "string_too_long": _("This text is too long."),
    "string_pattern_mismatch": _("This text hasn't the form we expect."),
    "int_parsing": _("This must be a whole number."),
    "int_type": _("This must be a whole number."),
    "int_from_float": _("This must be a whole number."),
    "decimal_parsing": _("This must be a number."),
    "decimal_type": _("This must be a number."),
    "bool_parsing": _("This must be true or false."),
    "bool_type": _("This must be true or false."),
    "list_type": _("This must be a list."),
    "dict_type": _("This must be an object."),
    "model_attributes_type": _("This must be an object."),
    "model_type": _("This must be an object."),
    "greater_than": _("This is too small."),
    "greater_than_equal": _("This is too small."),
    "less_than": _("This is too big."),
    "less_than_equal": _("This is too big."),
    "enum": _("This is none of the allowed values."),
    "literal_error": _("This is none of the allowed values."),
    "uuid_parsing": _("This is no identifier."),
    "uuid_type": _("This is no identifier."),
    "datetime_parsing": _("This is no moment of time."),
    "datetime_from_date_parsing": _("This is no moment of time."),
    "date_parsing": _("This is no date."),
    "date_from_datetime_parsing": _("This is no date."),
    "timezone_aware": _("A moment needs its offset from UTC."),
}
FAULT = _("This value doesn't fit.")


class Unreadable(Refusal):
    """The request isn't what HTTP, JSON or our parameters are."""

    code = "unreadable"
    status = 400
    what = _("We couldn't read this request.")
    why = _("Something in its address, headers or body has a form we don't know.")
    remedy = _("Compare the request with the description of the API.")


class Unauthenticated(Refusal):
    """Nobody known sends this."""

    code = "unauthenticated"
    status = 401
    what = _("We don't know who sends this.")
    why = _("This address answers only those who show a token or are logged in.")
    remedy = _("Send the header “Authorization: Bearer” with a token of yours.")


class MethodNotAllowed(Refusal):
    """The address exists, this method on it doesn't."""

    code = "method_not_allowed"
    status = 405
    what = _("This can't be done with this address.")
    why = _("The address is right, its method isn't.")
    remedy = _("The header “Allow” names the methods it knows.")


class UnsupportedMediaType(Refusal):
    """A body in a form that this endpoint doesn't read."""

    code = "unsupported_media_type"
    status = 415
    what = _("We don't read bodies of this type.")
    why = _("The header “Content-Type” names a type that this address doesn't take.")
    remedy = _("Send JSON, with the header “Content-Type: application/json”.")


class TooLarge(Refusal):
    """More than the centre takes at once."""

    code = "too_large"
    status = 413
    what = _("This is too much at once.")
    why = _("The body is bigger than the centre reads.")
    remedy = _("Send less, or in parts.")


class Broken(Refusal):
    """A bug of ours; the log holds what happened under the request's id."""

    code = "internal_error"
    status = 500
    what = _("Something broke on our side.")
    why = _("Nothing you did is wrong. What was being done was not done, not even half of it.")
    remedy = _("Try again in a minute. If it stays so, tell the operator the request's id.")


BY_STATUS: Mapping[int, type[Refusal]] = {
    400: Unreadable,
    401: Unauthenticated,
    403: NotAllowed,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    415: UnsupportedMediaType,
    422: Invalid,
}

Fault = dict[str, str]


def problem(refusal: Refusal, *, status: int | None = None, errors: Sequence[Fault] = ()) -> HttpResponse:
    """A refusal as an answer, in the active language."""
    what, why, remedy = refusal.sentences
    status = status or refusal.status
    faults = list(errors) or [
        {"in": "body", "field": name, "pointer": _pointer(name.split(".")), "code": "invalid", "detail": str(text)}
        for name, text in refusal.fields.items()
    ]
    # A rule pack's breaches are sentences of their own (a regime, a readiness list).
    breaches = [str(breach) for breach in getattr(refusal, "breaches", ())]
    content = {
        "type": f"/problems/{refusal.code}",
        "title": what or HTTPStatus(status).phrase,
        "status": status,
        "detail": why,
        "instance": request_id.get(),
        "code": refusal.code,
        "remedy": remedy,
        **({"errors": faults} if faults else {}),
        **({"breaches": breaches} if breaches else {}),
    }
    response = HttpResponse(json.dumps(content, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def of_status(status: int) -> HttpResponse:
    """The problem for an answer that came without one: Django's own 404 or 405, for instance."""
    kind = BY_STATUS.get(status) or (Broken if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Unreadable)
    return problem(kind(), status=status)


# By the exception's class; the nearest one up its line answers.
HANDLERS: Mapping[type[Exception], Callable[[Any], HttpResponse]] = {
    Refusal: lambda error: problem(error),
    ValidationError: lambda error: problem(Invalid(), errors=[_fault(found) for found in error.errors]),
    Http404: lambda error: problem(NotFound()),
    PermissionDenied: lambda error: problem(NotAllowed()),
    BadRequest: lambda error: problem(Unreadable()),
    RequestDataTooBig: lambda error: problem(TooLarge()),
    SuspiciousOperation: lambda error: problem(Unreadable()),
    AuthenticationError: lambda error: problem(Unauthenticated()),
    HttpError: lambda error: of_status(error.status_code),
    Exception: lambda error: _broken(error),
}


def register(api: NinjaAPI) -> None:
    """Answer every exception that leaves an endpoint of `api` with a problem."""
    for kind, answer in HANDLERS.items():
        api.add_exception_handler(kind, _handler(answer))


def _handler(answer: Callable[[Any], HttpResponse]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: answer(error)


def _broken(error: Exception) -> HttpResponse:
    # The trace goes to the log, which shows no values of variables; the answer says nothing of it.
    log.error("endpoint failed", exc_info=error)
    return problem(Broken())


def _fault(found: Mapping[str, Any]) -> Fault:
    source, *place = found["loc"]
    names = [str(part) for part in place]
    fault = {"in": str(source), "field": ".".join(names)}
    if source == "body":
        fault["pointer"] = _pointer(names)
    return fault | {"code": str(found["type"]), "detail": str(FAULTS.get(found["type"], FAULT))}


def _pointer(names: Sequence[str]) -> str:
    """RFC 6901, as a fragment."""
    return "#" + "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
