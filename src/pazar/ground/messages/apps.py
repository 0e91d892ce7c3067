from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "pazar.ground.messages"
    label = "pazar_messages"  # Django's own flash messages hold the plain word

    def ready(self) -> None:
        from pazar.ground.messages import jobs  # noqa: F401 - its task is known to the worker from here on
