from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "pazar.ground.documents"
    label = "documents"
