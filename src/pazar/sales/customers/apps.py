from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "pazar.sales.customers"
    label = "customers"

    def ready(self) -> None:
        from pazar.ground.people.commands import members
        from pazar.sales.customers.commands import handing_over

        members.provide_burdens(handing_over.burdens)
