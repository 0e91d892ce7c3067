from django.urls import URLPattern, URLResolver, path

from pazar.ground.messages.pages import unsubscribe

app_name = "messages"
urlpatterns: list[URLPattern | URLResolver] = [
    path("messages/settings/", unsubscribe.settings, name="settings"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]
