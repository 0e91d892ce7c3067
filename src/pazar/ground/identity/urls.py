from django.urls import URLPattern, URLResolver, path

from pazar.ground.identity.pages import persons

app_name = "identity"
urlpatterns: list[URLPattern | URLResolver] = [
    path("act-for/", persons.act_for, name="act_for"),
    path("settings/", persons.my_settings, name="settings"),
    path("settings/password/", persons.password, name="password"),
]
