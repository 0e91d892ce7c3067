from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "pazar.ground.ui"
    label = "ui"
