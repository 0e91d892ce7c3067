from django.apps import AppConfig


class EntryConfig(AppConfig):
    name = "pazar.ground.entry"
    label = "entry"

    def ready(self) -> None:
        from pazar.ground.entry import jobs  # noqa: F401 - its task is known to the worker from here on
