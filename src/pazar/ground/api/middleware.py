"""A request's id: the balancer's where it sends a sane one, else ours; answered and in every line of the log."""

import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from pazar.ground.api import problems
from pazar.ground.api.logs import request_id
from pazar.ground.ids import new_id

log = logging.getLogger("pazar.request")
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestId:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        name = sent if _SANE.fullmatch(sent) else str(new_id())
        request.request_id = name  # type: ignore[attr-defined]  # error pages show it
        mark = request_id.set(name)
        request.request_id = name  # type: ignore[attr-defined]
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = name
            match = request.resolver_match
            # The route, not the path: a path can hold a secret address (feeds, one-click links).
            log.info(
                "request",
                extra={
                    "method": request.method,
                    "route": match.route if match else "",
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )
            return response
        finally:
            request_id.reset(mark)


class ApiProblems:
    """Under /api/ an error always answers as a problem: also those that Django gives before any endpoint is found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/api/") or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(problems.CONTENT_TYPE):
            return response
        answer = problems.of_status(response.status_code)
        if response.has_header("Allow"):
            answer["Allow"] = response["Allow"]
        return answer
