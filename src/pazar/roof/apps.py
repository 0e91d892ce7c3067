from typing import TYPE_CHECKING, cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from pazar.ground.ui.hall import Asked


class RoofConfig(AppConfig):
    name = "pazar.roof"
    label = "roof"

    def ready(self) -> None:
        from pazar.ground.searches import kinds as searches
        from pazar.ground.ui import hall, viewer
        from pazar.market.bids import queries as bids
        from pazar.market.matching.queries import matches
        from pazar.roof import wiring
        from pazar.roof.pages import companies

        wiring.connect()
        viewer.provide_unread(_unread)
        matches.provide_started(bids.begun_for)
        searches.register(
            searches.Kind(
                key="companies",
                label=_("Companies"),
                icon="building",
                url_name="roof:companies",
                kept=companies.SAVED,
                newer=companies.new_since,
            )
        )
        hall.register(hall.Entry(wing="market", order=10, label=_("Today"), icon="home", url_name="roof:home"))
        hall.register(
            hall.Entry(
                wing="market",
                order=80,
                label=_("Companies"),
                icon="building",
                url_name="roof:companies",
                public=True,
                phone=False,
            )
        )
        for words, where in ((_("Open procedures"), "procedures:list"), (_("Journal"), "roof:journal")):
            hall.register_foot(hall.FootLink(label=words, url_name=where))
        for order, (label, icon, name) in enumerate(
            (
                (_("State of the centre"), "heartbeat", "roof:centre"),
                (_("Failing jobs"), "alert-triangle", "roof:jobs"),
                (_("Mails"), "mail", "messages:post"),
                (_("Journal"), "book-2", "roof:journal"),
            )
        ):
            hall.register(
                hall.Entry(wing="centre", order=order, label=label, icon=icon, url_name=name, visible=_is_operator)
            )


def _is_operator(request: HttpRequest) -> bool:
    from pazar.ground.identity.requests import ActorRequest
    from pazar.ground.identity.rules.roles import StaffRole

    return cast(ActorRequest, request).actor.is_staff(StaffRole.OPERATOR)


def _unread(request: HttpRequest) -> "Asked":
    """What the bell says."""
    from pazar.ground.identity.requests import ActorRequest
    from pazar.ground.messages import queries

    person_id = cast(ActorRequest, request).actor.person_id
    return queries.unread(person_id) if person_id is not None else 0
