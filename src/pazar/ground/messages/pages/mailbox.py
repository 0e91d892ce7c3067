"""The mailbox of a demo and of development: every mail the centre wrote."""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import wraps
from html import unescape
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pazar.ground.errors import NotFound
from pazar.ground.messages import queries

P = ParamSpec("P")
_STYLE = re.compile(r'\sstyle="([^"]*)"')


def _only_where_mails_are_open(
    page: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """In a real centre the page doesn't exist: mails carry what only their readers may know."""

    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not (settings.DEBUG or queries.is_demo()):
            raise NotFound
        return page(request, *args, **kwargs)

    return guarded


@require_safe
@_only_where_mails_are_open
def mailbox(request: HttpRequest) -> HttpResponse:
    rows, after = queries.mails(after=queries.place(request.GET.get("after", "")))
    return render(request, "messages/mailbox.html", {"rows": rows, "next": after})


@require_safe
@_only_where_mails_are_open
def mail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    found = queries.mail(mail_id)
    language = found.headers.get("Content-Language", "")
    page = {"mail": found, "headers": sorted(found.headers.items()), "language": language}
    return render(request, "messages/mail_page.html", page)


@require_safe
@_only_where_mails_are_open
def mail_html(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """The mail as a mail program shows it, in a sandbox: no script, no form, nothing fetched, no cookies of ours.

    A mail's styles stand in attributes; exactly those it has are let in, each by its digest.
    """
    html = queries.mail(mail_id).html
    digests = sorted({_digest(unescape(style)) for style in _STYLE.findall(html)})
    response = HttpResponse(html)
    response["Content-Security-Policy"] = (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors 'none'; style-src 'unsafe-hashes' {' '.join(digests)}"
    )
    return response


def _digest(style: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
