from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "pazar.roof.demo"
    label = "demo"
