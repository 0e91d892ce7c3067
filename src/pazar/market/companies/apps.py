from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "pazar.market.companies"
    label = "companies"
