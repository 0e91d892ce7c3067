from typing import cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "pazar.ground.people"
    label = "people"

    def ready(self) -> None:
        from pazar.ground.messages import kinds
        from pazar.ground.people.commands import approvals, members
        from pazar.ground.ui import hall

        kinds.register(kinds.Kind(key=members.KIND, label=_("My roles and colleagues"), may_mute=False))
        kinds.register(kinds.Kind(key=approvals.KIND, label=_("Approvals by a second person"), urgent=True))
        hall.register(
            hall.Entry(
                wing="person",
                order=26,
                label=_("Our people"),
                icon="users",
                url_name="people:list",
                visible=_has_company,
            )
        )
        hall.register(
            hall.Entry(
                wing="person",
                order=27,
                label=_("Approvals"),
                icon="checkbox",
                url_name="people:approvals",
                visible=_has_company,
            )
        )


def _has_company(request: HttpRequest) -> bool:
    from pazar.ground.identity.requests import ActorRequest

    return cast(ActorRequest, request).actor.company_id is not None
