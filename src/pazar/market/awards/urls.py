from django.urls import URLPattern, URLResolver, path

from pazar.market.awards.pages import decide, protocol

app_name = "awards"
urlpatterns: list[URLPattern | URLResolver] = [
    path("procedures/<uuid:procedure_id>/award/", decide.decide, name="decide"),
    path("procedures/<uuid:procedure_id>/set-aside/", decide.set_aside, name="set_aside"),
    path("procedures/<uuid:procedure_id>/take-back/", decide.take_back, name="take_back"),
    path("procedures/<uuid:procedure_id>/protocol-<str:language>.pdf", protocol.show, name="protocol"),
]
