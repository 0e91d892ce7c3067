from django.urls import URLPattern, URLResolver, path

from pazar.roof.pages import home, ocds, procedure

app_name = "roof"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("market/procedures/<uuid:procedure_id>/", procedure.procedure, name="procedure"),
    path("ocds/", ocds.releases, name="ocds"),
    path("ocds/<str:named>.json", ocds.release, name="ocds_release"),
]
