from typing import TYPE_CHECKING, cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from pazar.ground.identity.rules.actor import Actor
    from pazar.ground.ui.hall import Asked


class CompaniesConfig(AppConfig):
    name = "pazar.market.companies"
    label = "companies"

    def ready(self) -> None:
        from django.conf import settings

        from pazar.ground.messages import kinds
        from pazar.ground.ui import hall
        from pazar.market.companies.adapters.network import source
        from pazar.market.companies.commands import applying, watching

        source.read(settings.REGISTERS)  # a file that can't be understood shows now, not when somebody registers

        kinds.register(
            kinds.Kind(key=applying.KIND, label=_("Registrations that are due"), may_mute=False, urgent=True)
        )
        kinds.register(kinds.Kind(key=applying.KIND_OWNERS, label=_("People who want to join us"), may_mute=False))
        kinds.register(kinds.Kind(key=watching.KIND, label=_("What the register says of our company"), may_mute=False))
        kinds.register(kinds.Kind(key=watching.KIND_CENTRE, label=_("What registers say of companies here")))
        hall.register(
            hall.Entry(
                wing="centre",
                order=-2,
                label=_("Registrations"),
                icon="user-check",
                url_name="companies:queue",
                visible=_is_moderator,
                count=_waiting,
            )
        )
        hall.register(
            hall.Entry(
                wing="centre",
                order=-1,
                label=_("How we moderate"),
                icon="gauge",
                url_name="companies:head",
                visible=_is_head,
            )
        )
        hall.register(
            hall.Entry(
                wing="centre",
                order=-1,
                label=_("Lists of sanctions"),
                icon="list-check",
                url_name="companies:sanctions",
                visible=_is_moderator,
            )
        )
        hall.register(
            hall.Entry(
                wing="centre",
                order=-1,
                label=_("Changes in registers"),
                icon="building",
                url_name="companies:changes",
                visible=_is_moderator,
            )
        )
        hall.register(
            hall.Entry(
                wing="person",
                order=24,
                label=_("What the register says of us"),
                icon="building",
                url_name="companies:register",
                visible=_is_member,
            )
        )
        hall.register(
            hall.Entry(
                wing="person",
                order=25,
                label=_("Who wants to join us"),
                icon="user-plus",
                url_name="companies:admissions",
                visible=_is_owner,
            )
        )


def _actor(request: HttpRequest) -> "Actor":
    from pazar.ground.identity.requests import ActorRequest

    return cast(ActorRequest, request).actor


def _is_moderator(request: HttpRequest) -> bool:
    from pazar.market.companies import policies

    return policies.is_moderator(_actor(request))


def _is_head(request: HttpRequest) -> bool:
    from pazar.ground.identity.rules.roles import StaffRole

    return _actor(request).is_staff(StaffRole.HEAD_OF_MODERATORS)


def _is_member(request: HttpRequest) -> bool:
    return _actor(request).company_id is not None


def _is_owner(request: HttpRequest) -> bool:
    from pazar.ground.identity.rules.roles import Role

    return _actor(request).has({Role.OWNER})


def _waiting(request: HttpRequest) -> "Asked":
    from pazar.market.companies import queries

    return queries.queue(_actor(request))
