from django.urls import URLPattern, URLResolver, path

from pazar.market.awards.pages import decide, lists, protocol

app_name = "awards"
urlpatterns: list[URLPattern | URLResolver] = [
    path("awards/", lists.awards, name="awards"),
    path("awards/list.<str:form>", lists.export_awards, name="export_awards"),
    path("items/", lists.items, name="items"),
    path("items/list.<str:form>", lists.export_items, name="export_items"),
    path("procedures/<uuid:procedure_id>/award/", decide.decide, name="decide"),
    path("procedures/<uuid:procedure_id>/set-aside/", decide.set_aside, name="set_aside"),
    path("procedures/<uuid:procedure_id>/take-back/", decide.take_back, name="take_back"),
    path("procedures/<uuid:procedure_id>/protocol-<str:language>.pdf", protocol.show, name="protocol"),
]
