from django.urls import URLPattern, URLResolver, path

from pazar.sales.customers.pages import accounts, touches

app_name = "customers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/", accounts.accounts, name="list"),
    path("customers/new/", accounts.new, name="new"),
    path("customers/<uuid:account_id>/touches/", touches.add, name="touch"),
    path("touches/<uuid:touch_id>/correct/", touches.correct, name="correct"),
]
