from django.apps import AppConfig


class BidsConfig(AppConfig):
    name = "pazar.market.bids"
    label = "bids"
