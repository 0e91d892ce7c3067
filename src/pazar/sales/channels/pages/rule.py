"""The company's intake rule, with what it would have taken."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pazar.ground.errors import Invalid, NotAllowed
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.scope import acting
from pazar.ground.ui import now
from pazar.sales.channels import commands, policies, queries, sentences
from pazar.sales.channels.models import IntakeRule
from pazar.sales.channels.pages.forms import RuleForm
from pazar.sales.channels.rules.intake import Rule
from pazar.sales.customers.queries import managers


@require_http_methods(["GET", "POST"])
@member_required
def intake(request: ActorRequest) -> HttpResponseBase:
    """Everybody of the desk reads it; who leads the desk writes it, and tries it before he saves it."""
    policies.require_desk(request.actor)
    if request.method == "POST" and not policies.leads_desk(request.actor):
        raise NotAllowed
    with acting(request.actor):
        row = queries.rule_row(request.actor)
        form = RuleForm(request.POST if request.method == "POST" else None, initial=_initial(row))
        people = [(str(person.pk), person.name) for person in managers(request.actor)]
        form.fields["manager"].choices = [("", _("whoever takes it")), *people]  # type: ignore[attr-defined]
        if request.method == "POST" and form.is_valid() and request.POST.get("do") == "save":
            try:
                chosen = form.cleaned_data["manager"]
                commands.save_rule(actor=request.actor, rule=_rule(form), manager_id=UUID(chosen) if chosen else None)
            except Invalid as refusal:
                for field, fault in refusal.fields.items():
                    form.add_error(field, str(fault))
            else:
                messages.success(request, _("The rule is saved. It works on what comes in from now on."))
                return redirect("channels:intake")
        tried = _rule(form) if form.is_bound and form.is_valid() else queries.rule_of(row)
        # What a rule would take is worth knowing before it is switched on.
        wanted = Rule(is_on=True, value_min=tried.value_min, cpv=tried.cpv, buyer_words=tried.buyer_words)
        context: dict[str, Any] = {
            "form": form,
            "row": row,
            "is_on": row is not None and row.is_on,
            "may_lead": policies.leads_desk(request.actor),
            "is_trial": form.is_bound,
        }
        if not wanted.takes_everything:
            context |= _trial(request, wanted)
        return render(request, "channels/intake.html", context, status=422 if form.errors else 200)


def _trial(request: ActorRequest, wanted: Rule) -> dict[str, Any]:
    trial = queries.dry_run(request.actor, wanted, moment=now.now())
    said = ngettext(
        "In the last 90 days it would have taken %(taken)s of %(seen)s opportunity.",
        "In the last 90 days it would have taken %(taken)s of %(seen)s opportunities.",
        trial.seen,
    ) % {"taken": trial.taken, "seen": trial.seen}
    shown = [{"row": one.row, "why": " ".join(sentences.ground(g) for g in one.verdict.why)} for one in trial.shown]
    return {"trial": trial, "trial_said": said, "trial_rows": shown}


def _initial(row: IntakeRule | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "is_on": row.is_on,
        "value_min": row.value_min,
        "cpv": row.cpv,
        "buyer_words": ", ".join(row.buyer_words),
        "manager": str(row.manager_id or ""),
    }


def _rule(form: RuleForm) -> Rule:
    data = form.cleaned_data
    return Rule(
        is_on=data["is_on"],
        value_min=data["value_min"],
        cpv=tuple(data["cpv"]),
        buyer_words=data["buyer_words"],
    )
