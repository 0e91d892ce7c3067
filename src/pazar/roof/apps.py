from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "pazar.roof"
    label = "roof"

    def ready(self) -> None:
        from pazar.roof import wiring

        wiring.connect()
