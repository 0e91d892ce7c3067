"""The operator's pages about people: the centre's staff, and looking into a company."""

from uuid import UUID

from django import forms
from django.contrib import messages as flash
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pazar.ground.api.models import Token
from pazar.ground.entry.adapters import factors
from pazar.ground.entry.pages.proving import dangerous
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity import queries as identity
from pazar.ground.identity.models import Membership
from pazar.ground.identity.pages.forms import show
from pazar.ground.identity.pages.guards import staff_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.messages.models import Suppression
from pazar.ground.people.commands import staff
from pazar.ground.people.models import Invitation
from pazar.ground.ui.viewer import ROLES, STAFF_ROLES

FOUND = 10


class StaffForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(str(role), label) for role, label in STAFF_ROLES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(StaffRole.OPERATOR)
@dangerous
def people(request: ActorRequest) -> HttpResponse:
    """GET and POST /centre/people/: the centre's own people and their roles."""
    form = StaffForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            staff.change_staff(actor=request.actor, **form.cleaned_data)
        except Invalid as error:
            show(form, error)
        except staff.LastOperator as error:
            refusal = error
        else:
            flash.success(request, said("The roles are changed."))
            return redirect("people:staff")
    rows = [
        {
            "person": one,
            "roles": [STAFF_ROLES[StaffRole(role)] for role in one.staff_roles],
            "has_factor": factors.has_any(one.pk),
        }
        for one in staff.staff_of(request.actor)
    ]
    page = {"form": form, "rows": rows, "refusal": refusal}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "people/staff.html", page, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(StaffRole.OPERATOR)
@dangerous
def looking(request: ActorRequest) -> HttpResponse:
    """GET and POST /centre/look-in/: find a company, say why, look."""
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            wanted = UUID(request.POST.get("company", ""))
        except ValueError:
            raise NotFound from None
        try:
            look = staff.look_in(actor=request.actor, company_id=wanted, reason=request.POST.get("reason", ""))
        except Invalid as error:
            refusal = error
        else:
            return redirect("people:look", look.pk)
    text = (request.POST.get("q") or request.GET.get("q") or "").strip()[:200]
    found = identity.listed(text=text, only_members=True).order_by("name", "id")[:FOUND] if text else []
    page = {"q": text, "found": found, "looks": staff.looks_of(request.actor), "refusal": refusal}
    return render(request, "people/looking.html", page, status=refusal.status if refusal else 200)


@never_cache
@require_safe
@staff_required(StaffRole.OPERATOR)
def look(request: ActorRequest, look_id: UUID) -> HttpResponse:
    """GET /centre/look-in/<id>/: what helps a company that asked for help, and nothing that it trades with.

    Never bids, prices, deals or customers: who bids is secret from the operator too (B8).
    """
    living = staff.living_look(request.actor, look_id)
    company_id = living.company_id
    members = Membership.objects.filter(company_id=company_id).select_related("person").order_by("-is_active", "since")
    people = list(members[:200])
    barred = set(
        Suppression.objects.filter(address__in=[one.person.email.lower() for one in people]).values_list(
            "address", flat=True
        )
    )
    tokens = Token.objects.filter(company_id=company_id, revoked_at=None).values("person_id").annotate(n=Count("id"))
    by_person = {row["person_id"]: row["n"] for row in tokens}
    page = {
        "look": living,
        "people": [
            {
                "one": one,
                "roles": [ROLES[Role(role)] for role in one.roles],
                "has_factor": factors.has_any(one.person_id),
                "has_password": one.person.has_usable_password(),
                "is_barred": one.person.email.lower() in barred,
                "tokens": by_person.get(one.person_id, 0),
            }
            for one in people
        ],
        "invitations": Invitation.objects.filter(company_id=company_id, accepted_at=None, revoked_at=None)[:50],
    }
    return render(request, "people/look.html", page)


@require_POST
@staff_required(StaffRole.OPERATOR)
def end_look(request: ActorRequest, look_id: UUID) -> HttpResponse:
    """POST /centre/look-in/<id>/end/. Raises NotFound."""
    staff.end_look(actor=request.actor, look_id=look_id)
    flash.success(request, said("You look no more."))
    return redirect("people:looking")
