from django.urls import URLPattern, URLResolver, path

from pazar.ground.entry.pages import login, password, proving, security

app_name = "entry"
urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", login.log_in, name="login"),
    path("login/second/", login.second_step, name="second"),
    path("login/passkey/", login.passkey, name="login_passkey"),
    path("login/passkey/question/", login.passkey_question, name="login_question"),
    path("logout/", login.log_out, name="logout"),
    path("prove/", proving.prove, name="prove"),
    path("prove/question/", proving.question, name="prove_question"),
    path("password/forgotten/", password.forgot, name="forgotten"),
    path("password/<str:token>/", password.password, name="password"),
    path("settings/log-in/", security.security, name="security"),
    path("settings/log-in/app/", security.app, name="app"),
    path("settings/log-in/passkey/", security.passkey, name="passkey"),
    path("settings/log-in/passkey/question/", security.passkey_question, name="passkey_question"),
    path("settings/log-in/codes/", security.codes, name="codes"),
    path("settings/log-in/factors/<int:factor_id>/remove/", security.remove, name="remove_factor"),
    path("settings/log-in/sessions/<uuid:sitting_id>/end/", security.end_sitting, name="end_sitting"),
    path("settings/log-in/sessions/end/", security.end_others, name="end_others"),
]
