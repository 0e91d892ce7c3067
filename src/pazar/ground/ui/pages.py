"""The kit's own pages: examples, "More", the two switches, and what is said when something is wrong."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from pazar.ground.identity.commands import persons
from pazar.ground.identity.pages.guards import anybody
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import context, examples, hall, now, preferences

Sentence = str | Promise


def back(request: HttpRequest) -> str:
    """Where the form says it came from, if that is one of our own pages."""
    wanted = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark, or as the computer has it."""
    response = HttpResponseRedirect(back(request))
    preferences.keep_theme(response, request.POST.get("theme", ""))
    return response


@require_POST
def language(request: ActorRequest) -> HttpResponse:
    """Choose the language of the pages; who is logged in is written to in it too."""
    response = HttpResponseRedirect(back(request))
    wanted = request.POST.get("language", "")
    preferences.keep_language(response, wanted)
    if request.actor.person_id is not None and wanted in dict(settings.LANGUAGES):
        persons.change_language(actor=request.actor, language=wanted)
    return response


@require_GET
@anybody
def more(request: ActorRequest) -> HttpResponse:
    """Every entry of every wing: what the bar on a phone has no room for."""
    wings = [
        {"label": label, "entries": found} for key, label in context.WINGS if (found := hall.entries(request, wing=key))
    ]
    return render(request, "ui/more.html", {"wings": wings})


@require_GET
@anybody
def kit(request: ActorRequest) -> HttpResponse:
    """Every component with an example, in the language and theme in force."""
    moment = now.now()
    form = examples.ExampleForm({"title": "", "quantity": "many", "kind": "open"})
    form.is_valid()
    return render(
        request,
        "ui/kit.html",
        {
            "soon": moment + timedelta(hours=3, minutes=12, seconds=30),
            "later": moment + timedelta(days=6, hours=2),
            "past": moment - timedelta(days=4),
            "began": moment - timedelta(days=27),
            "value": Decimal("1240000.00"),
            "guarantee": Decimal("12400"),
            "unit_price": Decimal("3.1875"),
            "lev": Decimal("1000"),
            "form": form,
            "refusal": examples.ExampleRefusal(
                closes_at=moment - timedelta(seconds=4), arrived_at=moment - timedelta(seconds=1)
            ),
            "hostile": "<script>alert(1)</script> \"quoted\" & 'so on'",
        },
    )


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """What an error page says."""

    title: Sentence
    why: Sentence
    remedy: Sentence


BAD_REQUEST = Wrong(
    title=_("We couldn't read this request."),
    why=_("Something in the address or in what was sent has a form we don't know."),
    remedy=_("Go back, reload the page and try again."),
)
FORBIDDEN = Wrong(
    title=_("This isn't open to you."),
    why=_("You are logged in, but this page needs another role."),
    remedy=_("Ask an owner of your company for the role, or log in as somebody who has it."),
)
NOT_FOUND = Wrong(
    title=_("There is no such page."),
    why=_("It may have been moved or withdrawn, or it belongs to another company."),
    remedy=_("Check the address, or look for it with the search."),
)
CSRF = Wrong(
    title=_("The form was open too long, so nothing was sent."),
    why=_("Its safety mark has expired, or your browser didn't send our cookie."),
    remedy=_("Go back, reload the page and send it once more."),
)
BROKEN = Wrong(
    title=_("Something broke on our side."),
    why=_("You did nothing wrong. An act is done whole or not at all: see which, before you repeat it."),
    remedy=_("Try again in a minute. If it stays so, tell the operator the reference."),
)


def _reference(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))


def _error(request: HttpRequest, wrong: Wrong, status: int) -> HttpResponse:
    said = {"title": wrong.title, "why": wrong.why, "remedy": wrong.remedy, "reference": _reference(request)}
    return render(request, "ui/error.html", said, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _error(request, BAD_REQUEST, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _error(request, FORBIDDEN, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _error(request, NOT_FOUND, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, the form's own kind."""
    return _error(request, CSRF, 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: in every language, without session, database or context, since one of these may be what broke."""
    spoken = translation.get_language() or settings.LANGUAGE_CODE
    codes = sorted((code for code, _name in settings.LANGUAGES), key=lambda code: code != spoken)
    parts = []
    for code in codes:
        with translation.override(code):
            parts.append(
                {
                    "code": code,
                    "title": str(BROKEN.title),
                    "why": str(BROKEN.why),
                    "remedy": str(BROKEN.remedy),
                    "home": gettext("To the first page"),
                }
            )
    page = render_to_string("ui/broken.html", {"parts": parts, "first": parts[0], "reference": _reference(request)})
    return HttpResponse(page, status=500)
