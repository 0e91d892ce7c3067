"""Who may enter a page at all; what he may do there is asked by the command."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.identity.scope import acting

P = ParamSpec("P")
Page = Callable[Concatenate[ActorRequest, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class ActsForAnother(Refusal):
    code = "acts_for_another"
    status = 409
    what = _("Nothing was done: you act for another company now.")
    why = _("This page was opened for one company, and in another window you switched to {company}.")
    remedy = _("Switch back in the top bar, then send it once more.")


def _named(guarded: Guarded[P], page: Page[P]) -> Guarded[P]:
    update_wrapper(guarded, page)
    return guarded


def _enter(request: ActorRequest, page: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    # A page that only reads sees its company's rows and no other's; a command sets its own actor.
    if request.method in ("GET", "HEAD"):
        with acting(request.actor):
            response = page()
            render = getattr(response, "render", None)
            return cast(HttpResponse, render()) if callable(render) else response
    return page()


def _elsewhere(request: ActorRequest) -> HttpResponseBase | None:
    """Where a visitor is sent, and who still lacks the second factor that his roles demand."""
    if not request.actor.is_somebody:
        return redirect_to_login(request.get_full_path())
    if request.actor.is_held:
        return redirect(settings.FACTOR_URL)
    return None


def known_required(page: Page[P]) -> Guarded[P]:
    """Somebody who has logged in, also one who must set a second factor before anything else: he does it here."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        asked = cast(ActorRequest, request)
        if not asked.actor.is_somebody:
            return redirect_to_login(request.get_full_path())
        return _enter(asked, lambda: page(asked, *args, **kwargs))

    return _named(guarded, page)


def person_required(page: Page[P]) -> Guarded[P]:
    """Somebody who has logged in; a visitor is sent to do so and comes back."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        asked = cast(ActorRequest, request)
        if (elsewhere := _elsewhere(asked)) is not None:
            return elsewhere
        return _enter(asked, lambda: page(asked, *args, **kwargs))

    return _named(guarded, page)


def member_required(page: Page[P]) -> Guarded[P]:
    """Somebody who acts for a company. Raises NotFound for one who belongs to none."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        asked = cast(ActorRequest, request)
        if (elsewhere := _elsewhere(asked)) is not None:
            return elsewhere
        if asked.actor.company_id is None:
            raise NotFound
        _check_company(asked)
        return _enter(asked, lambda: page(asked, *args, **kwargs))

    return _named(guarded, page)


def _check_company(request: ActorRequest) -> None:
    """A form says for which company its page was open. Raises ActsForAnother where he switched since elsewhere."""
    if request.method != "POST":
        return
    opened = request.headers.get("X-Acting") or request.POST.get("acting", "")
    if opened and opened != str(request.actor.company_id):
        raise ActsForAnother(company=request.actor.company_name)


def staff_required(role: StaffRole) -> Callable[[Page[P]], Guarded[P]]:
    """One of the centre's own people in `role`; for anybody else the page doesn't exist."""

    def decorate(page: Page[P]) -> Guarded[P]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            asked = cast(ActorRequest, request)
            if (elsewhere := _elsewhere(asked)) is not None:
                return elsewhere
            if not asked.actor.is_staff(role):
                raise NotFound
            return page(asked, *args, **kwargs)

        return _named(guarded, page)

    return decorate


def anybody(page: Page[P]) -> Guarded[P]:
    """A public page: visitors too, each seeing what he may."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        asked: Any = request
        return _enter(asked, lambda: page(asked, *args, **kwargs))

    return _named(guarded, page)
