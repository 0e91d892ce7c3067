"""A person's messages: unread first."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import person_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.messages import commands, queries


@require_safe
@person_required
def inbox(request: ActorRequest) -> HttpResponseBase:
    if request.actor.person_id is None:
        raise NotFound
    unread_after = queries.place(request.GET.get("unread", ""))
    read_after = queries.place(request.GET.get("read", ""))
    unread, unread_next = queries.messages(request.actor, unread=True, after=unread_after)
    read, read_next = queries.messages(request.actor, unread=False, after=read_after)
    page = {
        "unread": unread,
        "unread_next": unread_next,
        "unread_label": _("Unread messages"),
        "unread_count": queries.unread_count(request.actor.person_id),
        "read": read,
        "read_next": read_next,
        "read_label": _("Read messages"),
    }
    return render(request, "messages/inbox.html", page)


@require_POST
@person_required
def open_message(request: ActorRequest, message_id: UUID) -> HttpResponseBase:
    """To the page a message is about; on the way it becomes read."""
    return redirect(commands.mark_read(actor=request.actor, message_id=message_id).path)


@require_safe
def stream(_request: HttpRequest) -> HttpResponse:
    """Where `live` isn't mounted before Django: a browser is told not to ask again."""
    return HttpResponse(status=204)


@require_POST
@person_required
def all_read(request: ActorRequest) -> HttpResponseBase:
    commands.mark_all_read(actor=request.actor)
    return redirect("messages:inbox")
