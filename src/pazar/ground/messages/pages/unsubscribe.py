"""No more mails of a kind: by the mail program's own button, by the link in the mail, or in the settings."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pazar.ground.errors import NotFound
from pazar.ground.identity.pages.guards import person_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.messages import commands, kinds, queries, unsubscribing


# A mail program posts without cookies and without our token; the signed word in the address is the proof.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, since scanners open every link in a mail; POST does it, once or again (RFC 8058)."""
    wish = unsubscribing.read(token)
    kind = kinds.find(wish.kind) if wish is not None else None
    if wish is None or kind is None or not kind.may_mute:
        raise NotFound
    if request.method == "POST":
        commands.mute(person_id=wish.person_id, kind=wish.kind)
    return render(
        request, "messages/unsubscribe.html", {"kind": kind, "token": token, "done": request.method == "POST"}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def settings(request: ActorRequest) -> HttpResponseBase:
    """Which kinds of messages come by mail as well."""
    person_id = request.actor.person_id
    if person_id is None:
        raise NotFound
    if request.method == "POST":
        wanted = set(request.POST.getlist("mail"))
        for kind in kinds.muteable():
            change = commands.unmute if kind.key in wanted else commands.mute
            change(person_id=person_id, kind=kind.key)
        return redirect("messages:settings")
    muted = queries.muted_kinds(person_id)
    choices = [(kind, kind.key not in muted) for kind in kinds.muteable()]
    return render(request, "messages/settings.html", {"choices": choices})
