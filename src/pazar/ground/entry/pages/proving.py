"""Dangerous acts ask once more that it is he: `@dangerous` over the page that does one (A4).

Who logged in or showed it within the last ten minutes isn't asked. The others get a page that keeps what they sent and
sends it again with the proof, so that nothing typed is lost and the act needs no second click.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, cast

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pazar.ground.entry.adapters import factors as kept
from pazar.ground.entry.commands import factors
from pazar.ground.errors import Refusal
from pazar.ground.identity import proofs
from pazar.ground.identity.commands import tries
from pazar.ground.identity.models import Person
from pazar.ground.identity.pages.guards import known_required
from pazar.ground.identity.pages.onward import onward
from pazar.ground.identity.requests import ActorRequest

P = ParamSpec("P")
PREFIX = "proof-"
TRIES = 8
_OWN = {"csrfmiddlewaretoken", f"{PREFIX}password", f"{PREFIX}code", f"{PREFIX}answer"}
MOST_KEPT = 100_000


class ProofWrong(Refusal):
    code = "proof_wrong"
    status = 422
    what = _("We could not tell that it is you; nothing was done.")
    why = _("The password, code or passkey isn't yours, or the code was used before.")
    remedy = _("Try once more.")


class TooManyProofs(Refusal):
    code = "too_many_proofs"
    status = 429
    what = _("This was tried too often; nothing was done.")
    why = _("After many wrong tries we let a quarter of an hour pass, to stop those who guess.")
    remedy = _("Wait {minutes} minutes, then try again.")


class ProofAsked(Refusal):
    """For a script of ours, whose page can't show the question in place of itself."""

    code = "proof_asked"
    status = 403
    what = _("Show once more that it is you; nothing was done.")
    why = _("What can't be undone is asked for within ten minutes of a log-in.")
    remedy = _("Do so on the page that the link opens, then come back.")

    @property
    def way(self) -> tuple[str, str]:
        return said("Is it you?"), f"{reverse('entry:prove')}?{urlencode({'next': self.params['back']})}"


def require_proof(request: HttpRequest, *, back: str) -> None:
    """Raises ProofAsked for a script whose person didn't show lately that it is he; `back` is its page."""
    if not proofs.is_fresh(request):
        raise ProofAsked(back=back)


class ProofForm(forms.Form):
    prefix = None

    def __init__(self, *args: Any, kinds: set[str], has_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_password:
            self.fields[f"{PREFIX}password"] = forms.CharField(
                label=_("Password"),
                max_length=1000,
                strip=False,
                required=False,
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
            )
        if kinds & {"app", "codes"}:
            self.fields[f"{PREFIX}code"] = forms.CharField(
                label=_("Code of your app, or a recovery code"),
                max_length=40,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
            )


def dangerous(
    page: Callable[Concatenate[ActorRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Over a page whose POST does what can't be undone, or opens doors. Stands below the guard that says who may."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        asked = cast(ActorRequest, request)
        if request.method != "POST" or proofs.is_fresh(request) or not isinstance(request.user, Person):
            return page(asked, *args, **kwargs)
        refusal: Refusal | None = None
        if any(request.POST.get(name) for name in _OWN - {"csrfmiddlewaretoken"}):
            try:
                check(request, request.user)
            except (ProofWrong, TooManyProofs) as error:
                refusal = error
            else:
                return page(asked, *args, **kwargs)
        elif request.headers.get("HX-Request"):
            # A part of a page can't hold the question: the whole window goes to it and comes back.
            back = request.headers.get("HX-Current-URL", "/")
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = f"{reverse('entry:prove')}?{urlencode({'next': back})}"
            return answer
        return _ask(request, request.user, action=request.get_full_path(), kept=_sent(request), refusal=refusal)

    update_wrapper(guarded, page)
    return guarded


def check(request: HttpRequest, person: Person) -> None:
    """He shows by what he sends that it is he. Raises ProofWrong, TooManyProofs."""
    key = ("proof", str(person.pk))
    if tries.count(*key) > TRIES:
        raise TooManyProofs(minutes=int(tries.WINDOW.total_seconds() // 60))
    sent = request.POST
    factor = ""
    try:
        if answer := sent.get(f"{PREFIX}answer"):
            factors.check_passkey(request=request, person=person, answer=answer)
            factor = "passkey"
        elif code := sent.get(f"{PREFIX}code"):
            factor = factors.check_code(person_id=person.pk, code=code)
        elif not person.check_password(sent.get(f"{PREFIX}password", "")[:1000]):
            raise ProofWrong
    except (factors.PasskeyRefused, factors.CodeWrong) as error:
        raise ProofWrong from error
    except factors.TooManyCodes as error:
        raise TooManyProofs(**error.params) from error
    tries.forget(*key)
    proofs.note(request, factor=factor)


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What the form held, to be sent again; files can't be."""
    found = [(name, text) for name, texts in request.POST.lists() if name not in _OWN for text in texts]
    return found if sum(len(name) + len(text) for name, text in found) <= MOST_KEPT else []


def _ask(
    request: HttpRequest, person: Person, *, action: str, kept: list[tuple[str, str]], refusal: Refusal | None
) -> HttpResponse:
    kinds = {factor.kind for factor in factors.factors_of(person.pk)}
    page = {
        "form": ProofForm(kinds=set(kinds), has_password=person.has_usable_password()),
        "has_passkey": "passkey" in kinds,
        "action": action,
        "kept": kept,
        "refusal": refusal,
    }
    return render(request, "entry/prove.html", page, status=refusal.status if refusal else 403)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@known_required
def prove(request: ActorRequest) -> HttpResponse:
    """GET and POST /prove/: the same question on its own, for a part of a page that needs the answer."""
    person = request.user
    if not isinstance(person, Person):
        return redirect_to_login(request.get_full_path())
    where = onward(request, "/")
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            check(request, person)
        except (ProofWrong, TooManyProofs) as error:
            refusal = error
        else:
            return HttpResponseRedirect(where)
    answer = _ask(request, person, action=request.get_full_path(), kept=[("next", where)], refusal=refusal)
    answer.status_code = refusal.status if refusal else 200
    return answer


@never_cache
@require_POST
@known_required
def question(request: ActorRequest) -> HttpResponse:
    """POST /prove/question/: what the browser is asked of this person's passkeys."""
    assert isinstance(request.user, Person)
    return JsonResponse(kept.ask_for_passkey(request, request.user))
