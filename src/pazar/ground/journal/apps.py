from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "pazar.ground.journal"
    label = "journal"
