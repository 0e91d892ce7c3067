from django.urls import URLPattern, URLResolver, path

from pazar.market.companies.pages import admissions, join, moderation, watching

app_name = "companies"
urlpatterns: list[URLPattern | URLResolver] = [
    path("join/", join.join, name="join"),
    path("join/check/", join.check, name="check"),
    path("join/person/", join.person, name="join_person"),
    path("join/<str:token>/", join.case, name="case_of_applicant"),
    path("settings/admissions/", admissions.admissions, name="admissions"),
    path("settings/admissions/<uuid:application_id>/", admissions.decide, name="admit"),
    path("settings/register/", watching.register, name="register"),
    path("settings/register/<uuid:change_id>/", watching.confirm, name="confirm_name"),
    path("centre/register-changes/", watching.changes, name="changes"),
    path("centre/sanctions/", moderation.sanctions, name="sanctions"),
    path("centre/registrations/", moderation.queue, name="queue"),
    path("centre/registrations/head/", moderation.head, name="head"),
    path("centre/registrations/<uuid:application_id>/", moderation.case, name="case"),
    path("centre/registrations/decisions/<uuid:decision_id>/undo/", moderation.undo, name="undo"),
]
