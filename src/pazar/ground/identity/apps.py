from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "pazar.ground.identity"
    label = "identity"
