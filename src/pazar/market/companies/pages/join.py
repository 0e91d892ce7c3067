"""Register a company: the form, what the register says while one types, the applicant's own case."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from pazar.ground.codes.countries import options
from pazar.ground.codes.forms import CpvField
from pazar.ground.entry.commands.links import LinkDead
from pazar.ground.errors import Invalid, Refusal
from pazar.ground.identity.commands import tries
from pazar.ground.ui import now
from pazar.market.companies.commands import applying, deciding, gate, private
from pazar.market.companies.pages import devices
from pazar.market.companies.rules.applying import State
from pazar.market.companies.rules.particulars import COMPARED, Door

LABELS = {
    "name": _("Name of the company"),
    "legal_form": _("Legal form"),
    "address": _("Address"),
    "town": _("Town"),
    "postal_code": _("Postal code"),
}


class JoinForm(forms.Form):
    country = forms.ChoiceField(label=_("Country"), initial="BG")
    number = forms.CharField(
        label=_("Company number"),
        max_length=80,
        help_text=_("As it stands in the register: blanks and “BG” don't matter."),
        # While one types; without JavaScript the answer comes when the form is sent.
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(label=LABELS["name"], max_length=300, required=False)
    legal_form = forms.CharField(label=LABELS["legal_form"], max_length=200, required=False)
    address = forms.CharField(label=LABELS["address"], max_length=500, required=False)
    town = forms.CharField(label=LABELS["town"], max_length=200, required=False)
    postal_code = forms.CharField(label=LABELS["postal_code"], max_length=20, required=False)
    person_name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("It becomes your user name. We write there first."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    telephone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    account = forms.CharField(
        label=_("Bank account (IBAN)"),
        max_length=60,
        required=False,
        help_text=_("Helps the moderator to know the company; nothing is ever taken from it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    owners = forms.CharField(
        label=_("Who owns more than a quarter"),
        max_length=4000,
        required=False,
        help_text=_("One name in a line. Compared with the register and with lists of sanctions."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    categories = CpvField(
        label=_("What you sell or buy"),
        required=False,
        help_text=_("Categories, now or later: procedures that fit come to you from the first day."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = options(get_language() or "en")

    def wish(self, *, device: bytes | None = None) -> applying.Wish:
        typed = self.cleaned_data
        names = (*COMPARED, "country", "number", "person_name", "email", "telephone", "account", "owners")
        given = {name: typed.get(name, "") for name in names}
        return applying.Wish(
            **given,
            device=device,
            categories=typed.get("categories") or (),
            language=get_language() or "en",
            choices={name: str(self.data.get(f"choice_{name}", ""))[:10] for name in COMPARED},
            reasons={name: str(self.data.get(f"reason_{name}", ""))[:500].replace("\x00", "") for name in COMPARED},
        )


@dataclass(frozen=True, kw_only=True)
class Row:
    """One particular: what the register says beside what was typed."""

    name: str
    label: str | Promise
    field: Any  # Django's bound field
    registered: str
    typed: str
    differs: bool
    choice: str
    reason: str
    error: str


def _rows(form: JoinForm, looked: applying.Looked | None, faults: dict[str, str]) -> list[Row]:
    known = looked.found.particulars if looked and looked.found else None
    differ = {d.field: d for d in looked.comparison.differ} if looked else {}
    return [
        Row(
            name=name,
            label=LABELS[name],
            field=form[name],
            registered=str(getattr(known, name)) if known else "",
            typed=str(form[name].value() or ""),
            differs=name in differ,
            choice=str(form.data.get(f"choice_{name}") or ("register" if name in differ and differ[name].near else "")),
            reason=str(form.data.get(f"reason_{name}", ""))[:500],
            error=faults.get(f"choice_{name}", ""),
        )
        for name in COMPARED
    ]


def _looked(form: JoinForm, place: str) -> applying.Looked | None:
    number = str(form.data.get("number", ""))[:80].replace("\x00", "")
    if not number.strip() or not gate.may_look_up(place):
        return None
    typed = {name: str(form.data.get(name, ""))[:500].replace("\x00", "") for name in COMPARED}
    country = str(form.data.get("country", ""))[:2]
    return applying.look(country=country, number=number, typed=typed, moment=now.now())


def _place(request: HttpRequest) -> str:
    return tries.place(request.META.get("REMOTE_ADDR", ""))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """GET and POST /join/: one answer whoever is here already; the mail tells."""
    place = _place(request)
    form = JoinForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    faults: dict[str, str] = {}
    if form.is_valid():
        try:
            gate.check(
                place=place,
                stamp=request.POST.get("stamp", "")[:200],
                proof=request.POST.get("proof", "")[:40],
                trap=request.POST.get("website", ""),
            )
            applying.apply(wish=form.wish(device=devices.digest(request)))
        except Invalid as error:
            faults = {name: str(sentence) for name, sentence in error.fields.items()}
            for name, sentence in faults.items():
                form.add_error(name if name in form.fields else None, sentence)
        except (gate.TooManyRegistrations, gate.ProofWanted) as error:
            refusal = error
        else:
            return devices.mark(request, render(request, "companies/sent.html", {"email": form.cleaned_data["email"]}))
    looked = _looked(form, place) if form.is_bound else None
    page = {
        "form": form,
        "refusal": refusal,
        "looked": looked,
        "signature_url": _rehearsal(),
        "flagged": bool(looked and looked.door is Door.FLAGGED),
        "rows": _rows(form, looked, faults),
        **_stamped(request, refusal, place),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return devices.mark(request, render(request, "companies/join.html", page, status=status))


@never_cache
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """POST /join/check/: the particulars while one types; nothing of who is here."""
    form = JoinForm(request.POST)
    looked = _looked(form, _place(request))
    flagged = bool(looked and looked.door is Door.FLAGGED)
    page = {"form": form, "looked": looked, "flagged": flagged, "rows": _rows(form, looked, {})}
    return render(request, "companies/_particulars.html", page)


class PersonForm(forms.Form):
    person_name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("It becomes your user name. We write there first."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    country = forms.ChoiceField(label=_("Country"), initial="BG")
    telephone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = options(get_language() or "en")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest) -> HttpResponse:
    """GET and POST /join/person/: by e-mail and telephone, without a company."""
    place = _place(request)
    form = PersonForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if form.is_valid():
        typed = form.cleaned_data
        wish = private.Wish(**typed, language=get_language() or "en", device=devices.digest(request))
        try:
            gate.check(
                place=place,
                stamp=request.POST.get("stamp", "")[:200],
                proof=request.POST.get("proof", "")[:40],
                trap=request.POST.get("website", ""),
            )
            private.apply(wish=wish)
        except Invalid as error:
            for name, sentence in error.fields.items():
                form.add_error(name if name in form.fields else None, str(sentence))
        except (gate.TooManyRegistrations, gate.ProofWanted) as error:
            refusal = error
        else:
            return devices.mark(request, render(request, "companies/sent.html", {"email": typed["email"]}))
    page = {"form": form, "refusal": refusal, **_stamped(request, refusal, place)}
    status = refusal.status if refusal else 422 if form.errors else 200
    return devices.mark(request, render(request, "companies/join_person.html", page, status=status))


def _stamped(request: HttpRequest, refusal: Refusal | None, place: str) -> dict[str, Any]:
    # A stamp that only has to grow older stays, so that waiting with it counts.
    keeps = isinstance(refusal, gate.ProofWanted) and refusal.keeps_stamp
    return {
        "stamp": request.POST.get("stamp", "")[:200] if keeps else gate.new_stamp(),
        "bits": gate.BITS if gate.wants_proof(place) else 0,
    }


def _rehearsal() -> str:
    """Where one tries his signature; signatures stand above companies, so it is named and not imported."""
    try:
        return reverse("signatures:desk")
    except NoReverseMatch:
        return ""


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"), max_length=deciding.LONGEST, widget=forms.Textarea(attrs={"rows": 5})
    )


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, token: str) -> HttpResponse:
    """GET and POST /join/<token>/: confirm the address, later answer the moderators. Looking changes nothing."""
    form = AnswerForm()
    try:
        application = applying.by_token(token)
        if request.method == "POST" and application.state == State.UNCONFIRMED:
            private.confirm(token=token) if application.is_private else applying.confirm(token=token)
            return redirect("companies:case_of_applicant", token)
        if request.method == "POST" and application.state == State.ASKED:
            form = AnswerForm(request.POST)
            if form.is_valid():
                try:
                    deciding.answer(token=token, words=form.cleaned_data["answer"])
                except Invalid as error:
                    for name, sentence in error.fields.items():
                        form.add_error(name, str(sentence))
                else:
                    return redirect("companies:case_of_applicant", token)
    except LinkDead as refusal:
        return render(request, "companies/dead.html", {"refusal": refusal}, status=refusal.status)
    page = {
        "application": application,
        # With the moderators or with a company's owners: the applicant reads the same.
        "is_open": application.state in (State.WAITING, State.WITH_OWNERS),
        "is_in": application.state in (State.APPROVED, State.ADMITTED),
        "is_out": application.state in (State.REFUSED, State.DECLINED),
        "decision": application.decisions.filter(undone_at=None, kind="refuse").order_by("-made_at").first(),
        "notes": list(application.notes.order_by("made_at")),
        "form": form,
    }
    return render(request, "companies/applicant.html", page, status=422 if form.errors else 200)
