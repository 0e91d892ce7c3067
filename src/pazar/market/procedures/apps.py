from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "pazar.market.procedures"
    label = "procedures"
