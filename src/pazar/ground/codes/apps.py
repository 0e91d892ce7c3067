from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "pazar.ground.codes"
    label = "codes"
