from django.urls import URLPattern, URLResolver, path

from pazar.market.procedures.pages import imports, lists, public, sources, work

app_name = "procedures"
urlpatterns: list[URLPattern | URLResolver] = [
    path("imports/", imports.listing, name="imports"),
    path("imports/sources/", sources.listing, name="import_sources"),
    path("imports/sources/<uuid:source_id>/", sources.one, name="import_source"),
    path("imports/sources/<uuid:source_id>/run/", sources.run, name="import_source_run"),
    path("imports/sources/<uuid:source_id>/remove/", sources.remove, name="import_source_remove"),
    path("imports/<uuid:import_id>/", imports.one, name="import"),
    path("imports/<uuid:import_id>/stream", imports.stream, name="import_stream"),
    path("imports/<uuid:import_id>/report.<str:form>", imports.report, name="import_report"),
    path("imports/<uuid:import_id>/again/", imports.again, name="import_again"),
    path("imports/<uuid:import_id>/undo/", imports.take_back, name="import_undo"),
    path("procedures/", lists.procedures, name="list"),
    path("procedures/list.<str:form>", lists.export, name="export"),
    path("procedures/mine/", lists.mine, name="mine"),
    path("procedures/new/", work.new, name="new"),
    path("procedures/<uuid:procedure_id>/edit/", work.edit, name="edit"),
    path("procedures/<uuid:procedure_id>/save/", work.save, name="save"),
    path("procedures/<uuid:procedure_id>/check/", work.check, name="check"),
    path("procedures/<uuid:procedure_id>/publish/", work.publish_draft, name="publish"),
    path("procedures/<uuid:procedure_id>/change/", work.publish_change, name="change"),
    path("procedures/<uuid:procedure_id>/change/drop/", work.drop_change, name="drop_change"),
    path("procedures/<uuid:procedure_id>/cancel/", work.give_up, name="cancel"),
    path("procedures/<uuid:procedure_id>/copy/", work.copy, name="copy"),
    path("procedures/<uuid:procedure_id>/remove/", work.remove, name="remove"),
    path("procedures/<uuid:procedure_id>/questions/", public.ask, name="ask"),
    path("procedures/<uuid:procedure_id>/questions/<uuid:enquiry_id>/answer/", public.answer, name="answer"),
    path("procedures/<uuid:procedure_id>/documents/", work.attach, name="attach"),
    path("procedures/<uuid:procedure_id>/documents/<uuid:document_id>/", public.document, name="document"),
    path("procedures/<uuid:procedure_id>/documents/<uuid:document_id>/remove/", work.take_out, name="take_out"),
]
