"""The operator's pages: does the centre work, and what doesn't."""

import math

from django.conf import settings
from django.contrib import messages as flash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from pazar.ground.identity.pages.guards import staff_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.jobs import commands
from pazar.ground.jobs import queries as jobs_of
from pazar.ground.journal import queries as journal
from pazar.ground.messages import queries as messages
from pazar.ground.postgres import queries as postgres
from pazar.ground.ui import formats, now
from pazar.market.matching.queries import matchers

SILENCES: dict[str, Promise] = {
    "address": gettext_lazy("its address isn't one of http or https"),
    "refused": gettext_lazy("it answers with an error"),
    "unreached": gettext_lazy("it can't be reached, or is too slow"),
    "no-stamp": gettext_lazy("its answer is no stamp of the head, or by nobody we trust"),
}
"""Why the time stamp authority has not stamped, by the code that was kept."""


@require_safe
@staff_required(StaffRole.OPERATOR)
def status(request: ActorRequest) -> HttpResponse:
    """GET /centre/: worker, matcher, mails, database."""
    grown = journal.state(now.now())
    seconds = math.ceil(grown.lag.total_seconds())
    context = {
        "worker": jobs_of.worker_state(now.now()),
        "failing": jobs_of.failing_count(),
        "mails": messages.mail_counts(),
        "size": postgres.database_size(),
        "matching": matchers.state(),
        "last_entry": journal.last_number(),
        "journal": grown,
        "lag": ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": formats.number(seconds)},
        "silence": SILENCES.get(grown.stamp_fault, ""),
        "authority": settings.TSA_URL,
    }
    return render(request, "roof/centre.html", context)


@require_safe
@staff_required(StaffRole.OPERATOR)
def jobs(request: ActorRequest) -> HttpResponse:
    """GET /centre/jobs/: what used up its tries."""
    failed, acts = jobs_of.failed_jobs(), jobs_of.failed_acts()
    context = {"jobs": failed, "acts": acts, "count": len(failed) + len(acts)}
    return render(request, "roof/jobs.html", context)


@require_POST
@staff_required(StaffRole.OPERATOR)
def job_again(request: ActorRequest, job_id: int) -> HttpResponse:
    """POST /centre/jobs/7/again/."""
    commands.run_job_again(actor=request.actor, job_id=job_id)
    flash.success(request, _("The job was given to the worker again. If it fails, it comes back here."))
    return HttpResponseRedirect(reverse("roof:jobs"))


@require_POST
@staff_required(StaffRole.OPERATOR)
def act_again(request: ActorRequest, act_id: int) -> HttpResponse:
    """POST /centre/acts/7/again/."""
    commands.run_act_again(actor=request.actor, act_id=act_id)
    flash.success(request, _("The act is tried again within a second. If it keeps failing, it comes back here."))
    return HttpResponseRedirect(reverse("roof:jobs"))
