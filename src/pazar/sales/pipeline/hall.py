"""The entries of the Sales wing in the hall: here, since the pipeline knows all the desk's parts."""

from collections.abc import Callable
from typing import cast

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.scope import acting
from pazar.ground.ui import hall, now
from pazar.sales.pipeline import policies, queries
from pazar.sales.pipeline.queries import DeskCounts


def _sees(request: HttpRequest) -> bool:
    actor = getattr(request, "actor", None)  # an error page may come before the actor is known
    return actor is not None and policies.sees_desk(actor)


def counts(request: HttpRequest) -> DeskCounts | None:
    """Asked once a page, however many entries show it."""
    actor = cast(ActorRequest, request).actor
    if actor.company_id is None:
        return None
    kept: DeskCounts | None = getattr(request, "desk_counts", None)
    if kept is not None:
        return kept
    if connection.in_atomic_block:  # a guarded page reads as its actor already
        counted = queries.desk_counts(actor.company_id, moment=now.now())
    else:
        with acting(actor):
            counted = queries.desk_counts(actor.company_id, moment=now.now())
    request.desk_counts = counted  # type: ignore[attr-defined]
    return counted


def _count(choose: Callable[[DeskCounts], int]) -> Callable[[HttpRequest], int | None]:
    def counted(request: HttpRequest) -> int | None:
        found = counts(request)
        return choose(found) if found is not None else None

    return counted


def register() -> None:
    for order, label, icon, url_name, choose in (
        (10, _("Today"), "home", "pipeline:today", None),
        (20, _("Inbox"), "inbox", "channels:inbox", lambda counts: counts.inbox),
        (30, _("Deals"), "layout-kanban", "pipeline:deals", lambda counts: counts.deals),
        (40, _("Customers"), "users", "customers:list", lambda counts: counts.customers),
        (90, _("Intake rule"), "filter", "channels:intake", None),
    ):
        hall.register(
            hall.Entry(
                wing="sales",
                order=order,
                label=label,
                icon=icon,
                url_name=url_name,
                visible=_sees,
                count=_count(choose) if choose is not None else None,
            )
        )
