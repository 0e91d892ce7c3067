from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "pazar.ground.api"
    label = "api"
