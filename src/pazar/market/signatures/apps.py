from typing import TYPE_CHECKING, cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from pazar.ground.identity.rules.actor import Actor


class SignaturesConfig(AppConfig):
    name = "pazar.market.signatures"
    label = "signatures"

    def ready(self) -> None:
        from pazar.ground.messages import kinds
        from pazar.ground.ui import hall
        from pazar.market.signatures.commands import certificates

        kinds.register(
            kinds.Kind(key=certificates.KIND, label=_("Ends of certificates and of readiness to sign"), urgent=True)
        )
        hall.register(
            hall.Entry(
                wing="market",
                order=60,
                label=_("Signatures"),
                icon="signature",
                url_name="signatures:desk",
                visible=_is_member,
            )
        )


def _is_member(request: HttpRequest) -> bool:
    from pazar.ground.identity.requests import ActorRequest

    actor: Actor = cast(ActorRequest, request).actor
    return actor.company_id is not None
