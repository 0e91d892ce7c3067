from django.urls import URLPattern, URLResolver, path

from pazar.ground.people.pages import approving, mine, staff, team

app_name = "people"
urlpatterns: list[URLPattern | URLResolver] = [
    path("invitations/<str:token>/", team.accept, name="accept"),
    path("company/people/", team.people, name="list"),
    path("company/people/rights/", team.rights, name="rights"),
    path("company/people/invite/", team.invite, name="invite"),
    path("company/people/factors/", team.demand_factors, name="factors"),
    path("company/people/invitations/<uuid:invitation_id>/send/", team.resend, name="resend"),
    path("company/people/invitations/<uuid:invitation_id>/revoke/", team.revoke, name="revoke"),
    path("company/people/<uuid:person_id>/", team.person, name="person"),
    path("company/people/<uuid:person_id>/leave/", team.leave, name="leave"),
    path("company/approvals/", approving.all_of_them, name="approvals"),
    path("company/approvals/chain/", approving.add_step, name="add_step"),
    path("company/approvals/chain/<uuid:step_id>/remove/", approving.remove_step, name="remove_step"),
    path("company/approvals/ask/<str:kind>/<uuid:subject_id>/", approving.ask, name="ask"),
    path("company/approvals/<uuid:approval_id>/", approving.one, name="approval"),
    path("company/approvals/<uuid:approval_id>/approve/", approving.approve, name="approve"),
    path("company/approvals/<uuid:approval_id>/refuse/", approving.refuse, name="refuse"),
    path("company/approvals/<uuid:approval_id>/hand-on/", approving.hand_on, name="hand_on"),
    path("company/approvals/<uuid:approval_id>/withdraw/", approving.withdraw, name="withdraw"),
    path("centre/people/", staff.people, name="staff"),
    path("centre/look-in/", staff.looking, name="looking"),
    path("centre/look-in/<uuid:look_id>/", staff.look, name="look"),
    path("centre/look-in/<uuid:look_id>/end/", staff.end_look, name="end_look"),
    path("settings/my-data/", mine.my_data, name="my_data"),
    path("settings/my-data/export/", mine.ask_export, name="ask_export"),
    path("settings/my-data/<uuid:export_id>.zip", mine.download, name="download"),
    path("settings/my-data/erase/", mine.erase, name="erase"),
    path("erased/", mine.erased, name="erased"),
]
