from typing import TYPE_CHECKING, cast

from django.apps import AppConfig
from django.http import HttpRequest

if TYPE_CHECKING:
    from pazar.ground.ui.hall import Asked


class RoofConfig(AppConfig):
    name = "pazar.roof"
    label = "roof"

    def ready(self) -> None:
        from pazar.ground.ui import viewer
        from pazar.roof import wiring

        wiring.connect()
        viewer.provide_unread(_unread)


def _unread(request: HttpRequest) -> "Asked":
    """What the bell says."""
    from pazar.ground.identity.requests import ActorRequest
    from pazar.ground.messages import queries

    person_id = cast(ActorRequest, request).actor.person_id
    return queries.unread(person_id) if person_id is not None else 0
