from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    name = "pazar.market.procedures"
    label = "procedures"

    def ready(self) -> None:
        from pazar.ground.messages import kinds
        from pazar.ground.people.commands import approvals, members
        from pazar.ground.people.rules.chain import Kind
        from pazar.ground.searches import kinds as searches
        from pazar.ground.ui import hall, now
        from pazar.market.procedures import (
            jobs,  # noqa: F401 - its tasks are known to the worker from here on
            policies,
            queries,
        )
        from pazar.market.procedures.commands import approving, handing_over, imports, tell
        from pazar.market.procedures.pages import lists

        approvals.provide(Kind.PUBLICATION, approving.wish_for)

        members.provide_burdens(handing_over.burdens)

        kinds.register(kinds.Kind(key=tell.KIND, label=_("Questions and answers on procedures")))
        kinds.register(kinds.Kind(key=imports.KIND, label=_("Imports that I began")))

        searches.register(
            searches.Kind(
                key="procedures",
                label=_("Procedures"),
                icon="list-search",
                url_name="procedures:list",
                kept=lists.SAVED,
                newer=lists.new_since,
            )
        )
        hall.register(
            hall.Entry(
                wing="market",
                order=20,
                label=_("Procedures"),
                icon="list-search",
                url_name="procedures:list",
                public=True,
                count=lambda _request: queries.open_now(now.now()),
            )
        )
        hall.register(
            hall.Entry(
                wing="centre",
                order=5,
                label=_("Imports"),
                icon="file-import",
                url_name="procedures:imports",
                visible=lambda request: policies.may_import(request.actor),  # type: ignore[attr-defined]
            )
        )
        hall.register(
            hall.Entry(
                wing="market",
                order=60,
                label=_("My procedures"),
                icon="clipboard-list",
                url_name="procedures:mine",
                also=frozenset(f"procedures:{name}" for name in ("new", "edit", "publish", "change", "cancel")),
                visible=lambda request: policies.is_buyer(request.actor),  # type: ignore[attr-defined]
            )
        )
