from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pazar.sales.pipeline"
    label = "pipeline"
