from django.urls import URLPattern, URLResolver, path

from pazar.ground.webhooks.pages import webhooks

app_name = "webhooks"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/webhooks/", webhooks.listing, name="list"),
    path("settings/webhooks/<uuid:endpoint_id>/", webhooks.one, name="one"),
    path("settings/webhooks/<uuid:endpoint_id>/rotate/", webhooks.rotate, name="rotate"),
    path("settings/webhooks/<uuid:endpoint_id>/remove/", webhooks.remove, name="remove"),
    path("settings/webhooks/<uuid:endpoint_id>/test/", webhooks.test, name="test"),
    path("settings/webhooks/<uuid:endpoint_id>/replay/", webhooks.replay, name="replay"),
]
