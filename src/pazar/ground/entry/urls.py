from django.urls import URLPattern, URLResolver, path

from pazar.ground.entry.pages import password

app_name = "entry"
urlpatterns: list[URLPattern | URLResolver] = [
    path("password/forgotten/", password.forgot, name="forgotten"),
    path("password/<str:token>/", password.password, name="password"),
]
