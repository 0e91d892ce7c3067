from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "pazar.market.matching"
    label = "matching"

    def ready(self) -> None:
        from pazar.ground.messages import kinds
        from pazar.market.matching import jobs  # noqa: F401 - its task is known to the worker from here on
        from pazar.market.matching.commands import tell

        kinds.register(kinds.Kind(key=tell.KIND, label=_("Procedures that fit your interests")))
