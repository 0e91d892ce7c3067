from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "pazar.ground.files"
    label = "files"

    def ready(self) -> None:
        from pazar.ground.files import jobs  # noqa: F401 - its task is known to the worker from here on
