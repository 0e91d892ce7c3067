from typing import cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "pazar.ground.people"
    label = "people"

    def ready(self) -> None:
        from pazar.ground.messages import kinds
        from pazar.ground.people import jobs  # noqa: F401 - its tasks are known to the worker from here on
        from pazar.ground.people.commands import approvals, members, personal, staff
        from pazar.ground.ui import hall

        kinds.register(kinds.Kind(key=members.KIND, label=_("My roles and colleagues"), may_mute=False))
        kinds.register(kinds.Kind(key=approvals.KIND, label=_("Approvals by a second person"), urgent=True))
        kinds.register(kinds.Kind(key=staff.KIND, label=_("When the centre looks into our company"), may_mute=False))
        kinds.register(kinds.Kind(key=personal.KIND, label=_("My data"), may_mute=False))
        for order, label, icon, name in (
            (10, _("Staff of the centre"), "users", "people:staff"),
            (11, _("Look into a company"), "eye", "people:looking"),
        ):
            hall.register(
                hall.Entry(wing="centre", order=order, label=label, icon=icon, url_name=name, visible=_is_operator)
            )
        hall.register(hall.Entry(wing="person", order=14, label=_("My data"), icon="id", url_name="people:my_data"))
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


def _is_operator(request: HttpRequest) -> bool:
    from pazar.ground.identity.requests import ActorRequest
    from pazar.ground.identity.rules.roles import StaffRole

    return cast(ActorRequest, request).actor.is_staff(StaffRole.OPERATOR)
