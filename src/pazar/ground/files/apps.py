from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "pazar.ground.files"
    label = "files"
