from django.urls import URLPattern, URLResolver, path

from pazar.sales.channels.pages import inbox, leads, rule

app_name = "channels"
urlpatterns: list[URLPattern | URLResolver] = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/list.<str:form>", inbox.export, name="export"),
    path("inbox/act/", inbox.act, name="act"),
    path("leads/<uuid:lead_id>/", leads.lead, name="lead"),
    path("leads/<uuid:lead_id>/give/", leads.give, name="give"),
    path("leads/<uuid:lead_id>/drop/", leads.drop, name="drop"),
    path("settings/intake/", rule.intake, name="intake"),
]
