from django.apps import AppConfig


class ClockConfig(AppConfig):
    name = "pazar.ground.clock"
    label = "clock"
