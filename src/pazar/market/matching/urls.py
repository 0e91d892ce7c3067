from django.urls import URLPattern, URLResolver, path

from pazar.market.matching.pages import feeds, interests, matches, narrow

app_name = "matching"
urlpatterns: list[URLPattern | URLResolver] = [
    path("feeds/<str:token>/matches.atom", feeds.atom, name="feed"),
    path("feeds/<str:token>/matches.ics", feeds.calendar, name="feed_calendar"),
    path("matches/list.<str:form>", matches.export, name="export"),
    path("matches/", matches.my_matches, name="matches"),
    path("matches/<uuid:procedure_id>/dismiss/", matches.dismiss, name="dismiss"),
    path("matches/<uuid:procedure_id>/because/", narrow.because, name="because"),
    path("matches/<uuid:procedure_id>/restore/", matches.restore, name="restore"),
    path("interests/", interests.listing, name="interests"),
    path("interests/new/", interests.edit, name="new_interest"),
    path("interests/preview/", interests.preview, name="preview"),
    path("interests/<uuid:interest_id>/", interests.edit, name="interest"),
    path("interests/<uuid:interest_id>/remove/", interests.remove, name="remove_interest"),
]
