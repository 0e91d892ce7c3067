from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "pazar.ground.outbox"
    label = "outbox"
