from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "pazar.sales.customers"
    label = "customers"
