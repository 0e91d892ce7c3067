"""Root URLs: each domain brings its own; the roof's come last because home is the empty path."""

from django.urls import URLPattern, URLResolver, include, path

from pazar.config.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("", include("pazar.ground.identity.urls")),
    path("", include("pazar.ground.entry.urls")),
    path("", include("pazar.ground.ui.urls")),
    path("", include("pazar.ground.api.urls")),
    path("", include("pazar.ground.webhooks.urls")),
    path("", include("pazar.ground.people.urls")),
    path("", include("pazar.ground.searches.urls")),
    path("", include("pazar.ground.codes.urls")),
    path("", include("pazar.ground.files.urls")),
    path("", include("pazar.ground.journal.urls")),
    path("", include("pazar.ground.jobs.urls")),
    path("", include("pazar.ground.messages.urls")),
    path("", include("pazar.market.companies.urls")),
    path("market/", include("pazar.market.procedures.urls")),
    path("market/", include("pazar.market.matching.urls")),
    path("market/", include("pazar.market.signatures.urls")),
    path("market/", include("pazar.market.bids.urls")),
    path("market/", include("pazar.market.awards.urls")),
    path("sales/", include("pazar.sales.customers.urls")),
    path("sales/", include("pazar.sales.channels.urls")),
    path("sales/", include("pazar.sales.pipeline.urls")),
    path("", include("pazar.roof.demo.urls")),
    path("", include("pazar.roof.urls")),
]
handler400 = "pazar.ground.ui.pages.bad_request"
handler403 = "pazar.ground.ui.pages.forbidden"
handler404 = "pazar.ground.ui.pages.not_found"
handler500 = "pazar.ground.ui.pages.server_error"
