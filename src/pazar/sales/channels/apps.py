from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "pazar.sales.channels"
    label = "channels"
