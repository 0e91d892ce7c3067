from django.urls import URLPattern, URLResolver, path

from pazar.market.signatures.pages import desk, rehearsal

app_name = "signatures"
urlpatterns: list[URLPattern | URLResolver] = [
    path("signatures/", desk.desk, name="desk"),
    path("signatures/certificates/", desk.enrol, name="enrol"),
    path("signatures/certificates/<uuid:certificate_id>/remove/", desk.remove, name="remove"),
    path("signatures/rehearse/", rehearsal.begin, name="begin"),
    path("signatures/rehearse/<uuid:challenge_id>/", rehearsal.challenge, name="challenge"),
    path("signatures/rehearse/<uuid:challenge_id>/text.txt", rehearsal.text, {"form": "txt"}, name="text"),
    path("signatures/rehearse/<uuid:challenge_id>/text.pdf", rehearsal.text, {"form": "pdf"}, name="text_pdf"),
    path("signatures/rehearse/<uuid:challenge_id>/hand-in/", rehearsal.hand_in, name="hand_in"),
    path("signatures/rehearsals/<uuid:rehearsal_id>/", rehearsal.rehearsal, name="rehearsal"),
]
