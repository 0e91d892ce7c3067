from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    name = "pazar.market.signatures"
    label = "signatures"
