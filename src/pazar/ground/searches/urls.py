from django.urls import URLPattern, URLResolver, path

from pazar.ground.searches.pages import searches

app_name = "searches"
urlpatterns: list[URLPattern | URLResolver] = [
    path("searches/", searches.listing, name="list"),
    path("searches/<uuid:search_id>/", searches.open_search, name="open"),
    path("searches/<uuid:search_id>/rename/", searches.rename, name="rename"),
    path("searches/<uuid:search_id>/remove/", searches.remove, name="remove"),
]
