from django.urls import URLPattern, URLResolver, path

from pazar.sales.pipeline.pages import accounts, deals, today

app_name = "pipeline"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("deals/", deals.deals, name="deals"),
    path("deals/list.<str:form>", deals.export, name="export"),
    path("deals/<uuid:deal_id>/", deals.deal, name="deal"),
    path("deals/<uuid:deal_id>/move/", deals.move, name="move"),
    path("deals/<uuid:deal_id>/lost/", deals.lose, name="lose"),
    path("deals/<uuid:deal_id>/step/", deals.step, name="step"),
    path("deals/<uuid:deal_id>/amount/", deals.amount, name="amount"),
    path("leads/<uuid:lead_id>/deal/", deals.make, name="make"),
    path("customers/<uuid:account_id>/", accounts.account, name="account"),
]
