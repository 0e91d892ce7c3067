from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "pazar.market.awards"
    label = "awards"
