"""No more mails of a kind: by the mail program's own button or by the link in the mail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pazar.ground.errors import NotFound
from pazar.ground.messages import commands, kinds, unsubscribing


# A mail program posts without cookies and without our token; the signed word in the address is the proof.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, since scanners open every link in a mail; POST does it, once or again (RFC 8058)."""
    wish = unsubscribing.read(token)
    found = [kinds.find(key) for key in wish.kinds] if wish is not None else []
    wanted = [kind for kind in found if kind is not None and kind.may_mute]
    if wish is None or not wanted:
        raise NotFound
    if request.method == "POST":
        for kind in wanted:
            commands.mute(person_id=wish.person_id, kind=kind.key)
    page = {"kinds": wanted, "token": token, "done": request.method == "POST"}
    return render(request, "messages/unsubscribe.html", page)
