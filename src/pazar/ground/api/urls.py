from django.urls import URLPattern, URLResolver, path

from pazar.ground.api import health, pages

app_name = "tokens"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/tokens/", pages.token_list, name="list"),
    path("settings/tokens/<uuid:token_id>/revoke/", pages.revoke, name="revoke"),
    path("problems/<slug:code>", pages.problem, name="problem"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
