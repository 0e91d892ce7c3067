from django.urls import URLPattern, URLResolver, path

from pazar.roof.demo.pages import clock, people

app_name = "demo"
urlpatterns: list[URLPattern | URLResolver] = [
    path("demo/", people.people, name="people"),
    path("demo/become/", people.become_person, name="become"),
    path("demo/key/", people.key, name="key"),
    path("demo/signing-key/<uuid:person_id>/good.p12", people.signing_key, {"state": "good"}, name="signing_key"),
    path("demo/signing-key/<uuid:person_id>/expired.p12", people.signing_key, {"state": "expired"}, name="expired_key"),
    path("demo/clock/", clock.clock_panel, name="clock"),
    path("demo/clock/move/", clock.move, name="move"),
]
