from django.urls import URLPattern, URLResolver, path

from pazar.ground.codes import pages

app_name = "codes"
urlpatterns: list[URLPattern | URLResolver] = [
    path("codes/cpv", pages.cpv, name="cpv"),
    path("codes/suggest", pages.suggest, name="suggest"),
    path("codes/map", pages.region_map, name="map"),
    path("codes/nuts", pages.nuts, name="nuts"),
]
