from django.urls import path

from pazar.ground.ui import pages

app_name = "ui"
urlpatterns = [
    path("kit/", pages.kit, name="kit"),
    path("more/", pages.more, name="more"),
    path("theme/", pages.theme, name="theme"),
    path("language/", pages.language, name="language"),
]
