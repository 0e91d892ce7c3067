from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "pazar.ground.messages"
    label = "pazar_messages"  # Django's own flash messages hold the plain word
