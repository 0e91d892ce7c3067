"""The desk's customers, and one entered by hand."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from pazar.ground.api.paging import next_address
from pazar.ground.codes import countries
from pazar.ground.errors import Invalid
from pazar.ground.identity.pages.guards import member_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import formats
from pazar.sales.customers import commands, policies, queries
from pazar.sales.customers.pages.forms import AccountForm


@require_GET
@member_required
def accounts(request: ActorRequest) -> HttpResponse:
    policies.require_desk(request.actor)
    text = request.GET.get("q", "").strip()[:200]
    page = queries.accounts(request.actor, text=text, cursor=request.GET.get("cursor", ""))
    assert request.actor.company_id is not None
    count = queries.account_count(request.actor.company_id)
    context: dict[str, Any] = {
        "title": ngettext("%(n)s customer on your desk", "%(n)s customers on your desk", count)
        % {"n": formats.number(count)},
        "count": count,
        "q": text,
        "rows": page.rows,
        "next_url": next_address(request, page.cursor),
    }
    return render(request, "customers/list.html", context)


@require_http_methods(["GET", "POST"])
@member_required
def new(request: ActorRequest) -> HttpResponseBase:
    policies.require_desk(request.actor)
    form = AccountForm(request.POST or None)
    form.fields["country"].choices = [("", "—"), *countries.choices(formats.language())]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.add_account(actor=request.actor, **form.cleaned_data)
        except Invalid as refusal:
            for field, fault in refusal.fields.items():
                form.add_error(field, str(fault))
        else:
            return redirect("pipeline:account", made.pk)
    return render(request, "customers/new.html", {"form": form}, status=422 if form.errors else 200)
