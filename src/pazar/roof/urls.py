from django.urls import URLPattern, URLResolver, path

from pazar.roof.pages import home

app_name = "roof"
urlpatterns: list[URLPattern | URLResolver] = [path("", home.home, name="home")]
