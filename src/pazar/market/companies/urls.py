from django.urls import URLPattern, URLResolver, path

from pazar.market.companies.pages import admissions, join, moderation

app_name = "companies"
urlpatterns: list[URLPattern | URLResolver] = [
    path("join/", join.join, name="join"),
    path("join/check/", join.check, name="check"),
    path("join/<str:token>/", join.case, name="case_of_applicant"),
    path("settings/admissions/", admissions.admissions, name="admissions"),
    path("settings/admissions/<uuid:application_id>/", admissions.decide, name="admit"),
    path("centre/registrations/", moderation.queue, name="queue"),
    path("centre/registrations/head/", moderation.head, name="head"),
    path("centre/registrations/<uuid:application_id>/", moderation.case, name="case"),
    path("centre/registrations/decisions/<uuid:decision_id>/undo/", moderation.undo, name="undo"),
]
