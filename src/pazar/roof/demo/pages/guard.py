"""The demo's pages don't exist in any other centre."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from pazar.ground.errors import NotFound
from pazar.ground.identity.requests import ActorRequest
from pazar.roof.demo import queries

P = ParamSpec("P")


def in_demo(
    page: Callable[Concatenate[ActorRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Anybody, in a demo; elsewhere raises NotFound."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not queries.is_demo():
            raise NotFound
        return page(cast(ActorRequest, request), *args, **kwargs)

    update_wrapper(guarded, page)
    return guarded
