from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EntryConfig(AppConfig):
    name = "pazar.ground.entry"
    label = "entry"

    def ready(self) -> None:
        from pazar.ground.entry import jobs  # noqa: F401 - its task is known to the worker from here on
        from pazar.ground.entry.commands import factors
        from pazar.ground.messages import kinds

        kinds.register(kinds.Kind(key=factors.KIND, label=_("Changes of how I log in"), may_mute=False, urgent=True))
