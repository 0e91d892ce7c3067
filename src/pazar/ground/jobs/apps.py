from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "pazar.ground.jobs"
    label = "jobs"
