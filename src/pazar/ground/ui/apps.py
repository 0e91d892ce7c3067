from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "pazar.ground.ui"
    label = "ui"

    def ready(self) -> None:
        from pazar.ground.ui import hall

        # messages stands below the hall and can't enter itself
        hall.register(
            hall.Entry(
                wing="person", order=20, label=_("What I am told"), icon="mail-cog", url_name="messages:settings"
            )
        )
