from typing import cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "pazar.ground.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from pazar.ground.ui import hall
        from pazar.ground.webhooks import jobs  # noqa: F401 - its task is known to the worker from here on

        hall.register(
            hall.Entry(
                wing="person", order=30, label=_("Webhooks"), icon="webhook", url_name="webhooks:list", visible=_may
            )
        )


def _may(request: HttpRequest) -> bool:
    from pazar.ground.identity.requests import ActorRequest
    from pazar.ground.identity.rules.roles import BIDDING

    return cast(ActorRequest, request).actor.has(BIDDING)
