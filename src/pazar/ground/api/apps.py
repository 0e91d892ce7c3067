from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "pazar.ground.api"
    label = "api"

    def ready(self) -> None:
        from pazar.ground.api import jobs  # noqa: F401 - registers the hourly job with Procrastinate
        from pazar.ground.ui import hall

        hall.register(
            hall.Entry(wing="person", order=10, label=_("My settings"), icon="settings", url_name="identity:settings")
        )
        hall.register(
            hall.Entry(wing="person", order=12, label=_("How I log in"), icon="fingerprint", url_name="entry:security")
        )
        hall.register(hall.Entry(wing="person", order=20, label=_("Tokens"), icon="key", url_name="tokens:list"))
