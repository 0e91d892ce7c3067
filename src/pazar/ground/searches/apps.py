from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchesConfig(AppConfig):
    name = "pazar.ground.searches"
    label = "searches"

    def ready(self) -> None:
        from pazar.ground.ui import hall

        hall.register(
            hall.Entry(
                wing="market",
                order=37,
                label=_("Saved searches"),
                icon="bookmark",
                url_name="searches:list",
                phone=False,
            )
        )
