"""The people of a company: who they are, in which roles, who is asked in, who leaves."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pazar.ground.entry.commands import letting_in
from pazar.ground.entry.pages.proving import dangerous
from pazar.ground.errors import Invalid, Refusal
from pazar.ground.identity import queries as identity
from pazar.ground.identity.commands import tries
from pazar.ground.identity.middleware import COMPANY_KEY
from pazar.ground.identity.models import Person
from pazar.ground.identity.pages.forms import show
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.rights import RIGHTS, Act
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.people import queries
from pazar.ground.people.commands import invitations, members, staff
from pazar.ground.people.pages import forms
from pazar.ground.ui.viewer import ROLES

ACTS = {
    Act.LOOK: _("See the company's own pages"),
    Act.RUN_PROCEDURES: _("Draft, publish, change, open and award procedures"),
    Act.HOLD_A_SEAL: _("Hold the key of a seal beside the centre"),
    Act.BID: _("Prepare, send and withdraw bids"),
    Act.WATCH_MATCHES: _("See matches, change interests"),
    Act.SELL: _("Work with leads, deals and customers"),
    Act.LEAD_SALES: _("Lead the sales desk: its rules, and who gets what"),
    Act.APPROVE_PURCHASES: _("Approve publications and awards"),
    Act.APPROVE_BIDS: _("Approve bids"),
    Act.MANAGE_PEOPLE: _("Invite people, give roles, send away, set the chain"),
}


def _is_manager(request: ActorRequest) -> bool:
    return request.actor.has(RIGHTS[Act.MANAGE_PEOPLE])


def _list(
    request: ActorRequest, *, form: forms.InviteForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    assert request.actor.company_id is not None
    company = identity.company(request.actor.company_id)
    people = [
        {"person": one.person, "roles": [ROLES[Role(role)] for role in one.roles], "since": one.since}
        for one in queries.people_of(request.actor)
    ]
    page = {
        "people": people,
        "is_manager": _is_manager(request),
        "invitations": [
            {"is_expired": queries.is_expired(one), "one": one, "roles": [ROLES[Role(role)] for role in one.roles]}
            for one in queries.invitations(request.actor)
        ]
        if _is_manager(request)
        else [],
        "form": form or forms.InviteForm(initial={"language": get_language()}),
        "factors": forms.FactorsForm(initial={"roles": company.factor_roles}),
        "looks": staff.looks_into(request.actor.company_id) if _is_manager(request) else [],
        "demanded": [ROLES[Role(role)] for role in company.factor_roles],
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if form is not None and form.errors else 200
    return render(request, "people/list.html", page, status=status)


@never_cache
@require_safe
@member_required
def people(request: ActorRequest) -> HttpResponse:
    """GET /company/people/: all of the company's people see who they are; owners see more."""
    return _list(request)


@require_safe
@member_required
def rights(request: ActorRequest) -> HttpResponse:
    """GET /company/people/rights/: the table of roles and acts."""
    table = [
        {
            "act": label,
            "may": [role in RIGHTS[act] for role in ROLES],
            "who": [ROLES[r] for r in ROLES if r in RIGHTS[act]],
        }
        for act, label in ACTS.items()
    ]
    return render(request, "people/rights.html", {"roles": list(ROLES.values()), "table": table})


@require_POST
@member_required
@dangerous
def invite(request: ActorRequest) -> HttpResponse:
    """POST /company/people/invite/."""
    members.require_manager(request.actor)
    form = forms.InviteForm(request.POST)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            invitations.invite(actor=request.actor, **form.cleaned_data)
        except Invalid as error:
            show(form, error)
        except invitations.TooManyInvitations as error:
            refusal = error
        else:
            flash.success(
                request, said("The invitation is on its way to {email}.").format(email=form.cleaned_data["email"])
            )
            return redirect("people:list")
    with acting(request.actor):
        return _list(request, form=form, refusal=refusal)


@require_POST
@member_required
def resend(request: ActorRequest, invitation_id: UUID) -> HttpResponse:
    """POST /company/people/invitations/<id>/send/."""
    invitations.resend(actor=request.actor, invitation_id=invitation_id)
    flash.success(request, said("It was sent once more; the link before it is void."))
    return redirect("people:list")


@require_POST
@member_required
def revoke(request: ActorRequest, invitation_id: UUID) -> HttpResponse:
    """POST /company/people/invitations/<id>/revoke/."""
    invitations.revoke(actor=request.actor, invitation_id=invitation_id)
    flash.success(request, said("The invitation is taken back."))
    return redirect("people:list")


@require_POST
@member_required
@dangerous
def demand_factors(request: ActorRequest) -> HttpResponse:
    """POST /company/people/factors/: of whom a second factor is demanded."""
    members.demand_factors(actor=request.actor, roles=request.POST.getlist("roles"))
    flash.success(request, said("From now on these roles must have a second factor."))
    return redirect("people:list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@dangerous
def person(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """GET and POST /company/people/<id>/: the roles of one of them."""
    members.require_manager(request.actor)
    membership = queries.membership(request.actor, person_id)
    form = forms.RolesForm(request.POST if request.method == "POST" else None, initial={"roles": membership.roles})
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            members.change_roles(actor=request.actor, person_id=person_id, roles=form.cleaned_data["roles"])
        except Invalid as error:
            show(form, error)
        except members.LastOwner as error:
            refusal = error
        else:
            flash.success(request, said("The roles are changed."))
            return redirect("people:list")
    page = {"form": form, "membership": membership, "refusal": refusal}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "people/person.html", page, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@dangerous
def leave(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """GET and POST /company/people/<id>/leave/: what he has in hand, and who takes it over."""
    is_self = person_id == request.actor.person_id
    if not is_self:
        members.require_manager(request.actor)
    membership = queries.membership(request.actor, person_id)
    colleagues = [one for one in queries.people_of(request.actor) if one.person_id != person_id]
    form = forms.HeirForm(request.POST if request.method == "POST" else None, colleagues=colleagues)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            members.leave(actor=request.actor, person_id=person_id, heir_id=UUID(form.cleaned_data["heir"]))
        except Invalid as error:
            show(form, error)
        except (members.LastOwner, members.HoldsSeal) as error:
            refusal = error
        else:
            flash.success(
                request, said("{person} is no longer one of your people.").format(person=membership.person.name)
            )
            return redirect("/" if is_self else "people:list")
    with acting(request.actor):
        carried = members.burdens(request.actor, person_id)
    page = {"form": form, "membership": membership, "burdens": carried, "is_self": is_self, "refusal": refusal}
    page["colleagues"] = colleagues
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "people/leave.html", page, status=status)


@never_cache
@sensitive_variables("token")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """GET and POST /invitations/<token>/: looking at it uses nothing up, so that a mail scanner can't."""
    place = tries.place(request.META.get("REMOTE_ADDR", ""))
    asked: Any = request
    try:
        invitation = invitations.check(token=token, place=place)
        is_known = identity.person_by_email(invitation.email) is not None
        me = request.user if isinstance(request.user, Person) else None
        form = None
        if me is None and not is_known:
            form = forms.NewcomerForm(request.POST if request.method == "POST" else None)
            if form.is_valid():
                try:
                    newcomer = invitations.accept_new(token=token, place=place, **form.cleaned_data)
                except Invalid as error:
                    show(form, error)
                else:
                    letting_in.let_in(request=request, person=newcomer, how="invitation")
                    return redirect("people:list")
        elif me is not None and request.method == "POST":
            membership = invitations.accept(actor=asked.actor, token=token, place=place)
            request.session[COMPANY_KEY] = str(membership.company_id)
            flash.success(request, said("You act for {company} now.").format(company=invitation.company.name))
            return redirect("people:list")
    except (invitations.InvitationDead, invitations.NotYours) as refusal:
        return render(request, "people/dead.html", {"refusal": refusal}, status=refusal.status)
    page = {
        "invitation": invitation,
        "roles": [ROLES[Role(role)] for role in invitation.roles],
        "form": form,
        "me": me,
        "is_mine": me is not None and me.email.lower() == invitation.email.lower(),
    }
    return render(request, "people/accept.html", page, status=422 if form is not None and form.errors else 200)
