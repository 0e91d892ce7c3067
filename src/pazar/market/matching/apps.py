from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "pazar.market.matching"
    label = "matching"
