"""What the company wants to hear of: the list, the editor, and what an interest would bring."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pazar.ground.codes import queries as codes
from pazar.ground.codes.queries import UnknownCodes
from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity import policies as roles
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import now
from pazar.ground.ui.fields import MoneyField
from pazar.market.matching import policies
from pazar.market.matching.commands import interests
from pazar.market.matching.commands.interests import Wanted
from pazar.market.matching.models import Interest
from pazar.market.matching.queries import interests as queries
from pazar.market.matching.queries import stored
from pazar.market.matching.queries.interests import Preview
from pazar.market.matching.rules import interests as limits
from pazar.market.procedures import labels
from pazar.market.procedures.rules import packs
from pazar.market.procedures.rules.kinds import Kind

LONGEST_ASKED = 400
KINDS = [(Kind.OPEN_TENDER.value, _("Open tender")), (Kind.REQUEST_FOR_PRICES.value, _("Request for prices"))]


class InterestForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For yourselves: “Cables, east”."))
    cpv = forms.CharField(label=_("Categories"), required=False)
    regions = forms.CharField(label=_("Regions"), required=False)
    words_any = forms.CharField(
        label=_("Words wanted"),
        required=False,
        help_text=_("One of them is enough, in any form: “кабел” finds “кабелите”. Each word counts alone."),
    )
    words_none = forms.CharField(
        label=_("Words not wanted"), required=False, help_text=_("A lot with one of them doesn't come.")
    )
    value_min = MoneyField(
        label=_("Value from (EUR)"),
        required=False,
        help_text=_("Lots that state no value come all the same, and say so."),
    )
    value_max = MoneyField(label=_("Value to (EUR)"), required=False)
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of procedure"),
        choices=KINDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "None ticked means every kind. Procedures published elsewhere don't state a kind of ours: with one ticked "
            "they don't come."
        ),
    )
    regimes = forms.MultipleChoiceField(
        label=_("Regimes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "None ticked means every regime. Procedures published elsewhere state none of ours: with one ticked they "
            "don't come."
        ),
    )
    buyers_none = forms.MultipleChoiceField(
        label=_("Buyers not wanted"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Untick one to hear of its procedures again."),
    )
    buyer_add = forms.CharField(
        label=_("One more buyer not wanted"),
        required=False,
        max_length=200,
        help_text=_("Its whole name or register number, as the list of companies has it."),
    )
    with_outside = forms.BooleanField(
        label=_("Procedures published elsewhere too"), required=False, help_text=_("They are bid for where they stand.")
    )
    mail_outside = forms.BooleanField(label=_("Tell us of those by mail as well"), required=False)
    is_active = forms.BooleanField(label=_("This interest is awake"), required=False)

    def __init__(self, *args: Any, unwanted: Sequence[str] = (), **said_more: Any) -> None:
        """`unwanted` are the buyers that stand in the interest: what a form may bring back."""
        super().__init__(*args, **said_more)
        self.fields["regimes"].choices = [(code, labels.regime(code)) for code in packs.packs()]  # type: ignore[attr-defined]
        self.fields["buyers_none"].choices = list(queries.buyer_names(unwanted).items())  # type: ignore[attr-defined]
        self.unwanted = list(unwanted)

    def _unwanted(self, typed: dict[str, Any]) -> list[str]:
        shown = self.data.getlist("buyers_shown") if isinstance(self.data, QueryDict) else []
        ticked = typed.get("buyers_none", ())
        kept = [key for key in self.unwanted if key not in shown or key in ticked]
        return [*kept, *([typed["buyer_add"]] if typed.get("buyer_add") else [])]

    def clean_buyer_add(self) -> str:
        typed = " ".join(self.cleaned_data["buyer_add"].split())
        found = queries.buyer_key(typed) if typed else ""
        if typed and not found:
            raise forms.ValidationError(said("No buyer is called exactly so, or bears this number."))
        return found

    def clean_cpv(self) -> list[str]:
        return self._codes("cpv")

    def clean_regions(self) -> list[str]:
        return self._codes("regions")

    def _codes(self, field: str) -> list[str]:
        try:
            return codes.read_codes("cpv" if field == "cpv" else "nuts", self.cleaned_data[field])
        except UnknownCodes as error:
            raise forms.ValidationError(" ".join(error.sentences[::2])) from error

    def wanted(self) -> Wanted:
        """What was typed; a field that can't be read counts as empty, which only a preview makes use of."""
        typed = self.cleaned_data
        return Wanted(
            name=typed.get("name", ""),
            cpv=typed.get("cpv", ()),
            regions=typed.get("regions", ()),
            words_any=typed.get("words_any", ""),
            words_none=typed.get("words_none", ""),
            value_min=typed.get("value_min"),
            value_max=typed.get("value_max"),
            kinds=typed.get("kinds", ()),
            # What a form doesn't show isn't changed by it: an older page of the interest takes nothing away.
            regimes=typed.get("regimes", ()) if self.data.get("with_regimes") else None,
            buyers_none=self._unwanted(typed),
            with_outside=typed.get("with_outside", False),
            mail_outside=typed.get("mail_outside", False),
            is_active=typed.get("is_active", False),
        )


@dataclass(frozen=True, kw_only=True)
class _Listed:
    interest: Interest
    cpv: list[codes.Choice]
    regions: list[codes.Choice]
    open_count: int
    regimes: list[str]
    unwanted: list[str]


@require_safe
@member_required
def listing(request: ActorRequest) -> HttpResponseBase:
    own = queries.own_interests(request.actor)
    language = getattr(request, "LANGUAGE_CODE", "en")
    cpv = _choices("cpv", {code for interest in own for code in interest.cpv}, language)
    regions = _choices("nuts", {code for interest in own for code in interest.regions}, language)
    counts = queries.open_counts(request.actor, moment=now.now())
    buyers = queries.buyer_names([key for interest in own for key in interest.buyers_none])
    rows = [
        _Listed(
            interest=interest,
            cpv=[cpv[code] for code in interest.cpv],
            regions=[regions[code] for code in interest.regions],
            open_count=counts.get(interest.pk, 0),
            regimes=[str(labels.regime(code)) for code in interest.regimes],
            unwanted=[buyers[key] for key in interest.buyers_none],
        )
        for interest in own
    ]
    return render(request, "matching/interests.html", {"rows": rows, "may_change": policies.may_change(request.actor)})


def _choices(kind: codes.Kind, wanted: set[str], language: str) -> dict[str, codes.Choice]:
    return {choice.code: choice for choice in codes.choices(kind, sorted(wanted), language=language)}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: ActorRequest, interest_id: UUID | None = None) -> HttpResponseBase:
    """GET shows the form; POST saves it, or with `act=preview` shows what it would bring (without JavaScript)."""
    interest = queries.own_interest(request.actor, interest_id) if interest_id is not None else None
    roles.require(request.actor, policies.MAY_CHANGE)
    if request.method != "POST":
        if interest is None and (asked := _asked(request.GET)):
            # A list's search, to be saved: shown with what it would bring.
            start = _initial(None) | asked
            form = InterestForm(initial=start)
            return _page(request, form, None, _preview(request, InterestForm(start)))
        form = InterestForm(initial=_initial(interest), unwanted=interest.buyers_none if interest else ())
        found = queries.preview(stored.facts(interest), moment=now.now()) if interest is not None else None
        return _page(request, form, interest, found)
    typed = _with_proposal(request.POST)
    unwanted = _unwanted(request.POST, interest)
    form = InterestForm(typed, unwanted=unwanted)
    valid = form.is_valid()
    if request.POST.get("use") or request.POST.get("act") == "preview":
        # Unbound: who only looks is not told of faults yet, and keeps what he typed.
        shown = InterestForm(
            initial=typed.dict() | {name: typed.getlist(name) for name in ("kinds", "regimes", "buyers_none")},
            unwanted=unwanted,
        )
        return _page(request, shown, interest, _preview(request, form))
    if valid:
        try:
            interests.save_interest(actor=request.actor, wanted=form.wanted(), interest_id=interest_id)
        except Invalid as refusal:
            for field, sentence in refusal.fields.items():
                form.add_error(field, str(sentence))
        else:
            flash.success(request, said("The interest is saved. What fits it now stands in your matches in a moment."))
            return redirect("matching:interests")
    return _page(request, form, interest, _preview(request, form), status=422)


@require_POST
@member_required
def preview(request: ActorRequest) -> HttpResponseBase:
    """What the form as it stands would bring: a part of the page, fetched while somebody edits."""
    form = InterestForm(request.POST, unwanted=_unwanted(request.POST, None))
    return render(request, "matching/_preview.html", {"preview": _preview(request, form)})


@require_POST
@member_required
def remove(request: ActorRequest, interest_id: UUID) -> HttpResponseBase:
    interests.remove_interest(actor=request.actor, interest_id=interest_id)
    flash.success(request, said("The interest is removed, with the matches it brought."))
    return redirect("matching:interests")


def _page(
    request: HttpRequest, form: InterestForm, interest: Interest | None, found: Preview | None, *, status: int = 200
) -> HttpResponse:
    page = {
        "form": form,
        "interest": interest,
        "preview": found,
        "cpv": _typed(form, "cpv"),
        "regions": _typed(form, "regions"),
        "cpv_error": _errors(form, "cpv"),
        "regions_error": _errors(form, "regions"),
    }
    return render(request, "matching/interest.html", page, status=status)


def _unwanted(typed: QueryDict, interest: Interest | None) -> list[str]:
    """The buyers that the form may bring back: those that stand there, and those that it showed."""
    shown = typed.getlist("buyers_shown")[: limits.MOST_CODES]
    given = [text[:LONGEST_ASKED].replace("\x00", "") for text in shown]
    return list(dict.fromkeys([*(interest.buyers_none if interest else ()), *(text for text in given if text)]))


def _with_proposal(typed: QueryDict) -> QueryDict:
    """What was typed, with the proposal of the preview that was taken put in."""
    try:
        asked = codes.read_codes("cpv", typed.get("cpv", ""))
    except UnknownCodes:
        return typed
    proposal = queries.changed(asked, typed.get("use", ""))
    if proposal is None:
        return typed
    step, kept = proposal
    put = typed.copy()
    put["cpv"] = ", ".join(kept)
    if step is queries.Step.NO_REGIONS:
        put["regions"] = ""
    elif step is queries.Step.NO_WORDS:
        put["words_any"] = ""
    return put


def _preview(request: ActorRequest, form: InterestForm) -> Preview | None:
    """None while nothing is asked for: everything would come."""
    if request.actor.company_id is None:
        raise NotFound
    form.is_valid()
    facts = interests.facts_of(form.wanted(), company_id=request.actor.company_id)
    if not (facts.cpv or facts.regions or facts.words_any):
        return None
    return queries.preview(facts, moment=now.now())


def _initial(interest: Interest | None) -> dict[str, Any]:
    if interest is None:
        return {"with_outside": True, "is_active": True}
    return {
        "name": interest.name,
        "cpv": ", ".join(interest.cpv),
        "regions": ", ".join(interest.regions),
        "words_any": ", ".join(interest.words_any),
        "words_none": ", ".join(interest.words_none),
        "value_min": interest.value_min,
        "value_max": interest.value_max,
        "kinds": interest.kinds,
        "regimes": interest.regimes,
        "buyers_none": interest.buyers_none,
        "with_outside": interest.with_outside,
        "mail_outside": interest.mail_outside,
        "is_active": interest.is_active,
    }


def _asked(query: QueryDict) -> dict[str, str]:
    """What an address asks a new interest to begin with."""
    fields = ("name", "cpv", "regions", "words_any", "value_min", "value_max")
    return {name: text[:LONGEST_ASKED] for name in fields if (text := query.get(name, "").replace("\x00", " ").strip())}


def _typed(form: InterestForm, field: str) -> str:
    value = form[field].value()
    return str(value) if value else ""


def _errors(form: InterestForm, field: str) -> str:
    """A picker takes its errors as text; an unbound form has none."""
    return " ".join(str(error) for error in form[field].errors)
