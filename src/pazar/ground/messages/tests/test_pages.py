import pytest
from django.test import Client
from tests.factories import make_person

from pazar.ground import sealing
from pazar.ground.messages import commands, kinds
from pazar.ground.messages.models import Mail, Message, Mute


@pytest.fixture(autouse=True)
def kind(db, monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.register(kinds.Kind(key="test_kind", label="Things of a test"))
    kinds.register(kinds.Kind(key="letter", label="Letters", may_mute=False))


@pytest.fixture
def person():
    return make_person(language="en")


def tell(person, *, once="thing", title="A thing happened", kind="test_kind"):
    commands.tell(
        person_ids=[person.pk],
        kind=kind,
        once=once,
        path="/market/",
        render=lambda _language: commands.Told(title=title, text="With <b>a</b> text."),
    )
    return Message.objects.get(person=person, once=sealing.token(once))


def of(person) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(person)
    return client


def unsubscribe_path() -> str:
    return Mail.objects.latest("made_at").headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")


@pytest.mark.parametrize(("language", "words"), [("en", "1 message is waiting"), ("bg", "1 съобщение Ви очаква")])
def test_the_inbox_shows_unread_messages_in_the_readers_language(language, words):
    person = make_person(language=language)
    tell(person)
    page = of(person).get("/messages/").content.decode()
    assert words in page
    assert "A thing happened" in page
    assert "&lt;b&gt;a" in page


def test_opening_a_message_marks_it_read_and_leads_to_its_page(person):
    message = tell(person)
    answer = of(person).post(f"/messages/{message.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/market/")
    message.refresh_from_db()
    assert message.read_at is not None


def test_anothers_message_is_not_found(person):
    message = tell(person)
    assert of(make_person()).post(f"/messages/{message.pk}/").status_code == 404
    message.refresh_from_db()
    assert message.read_at is None


def test_all_are_marked_read_but_nobody_elses(person):
    other = make_person()
    tell(person)
    tell(person, once="more")
    tell(other)
    of(person).post("/messages/read/")
    assert Message.objects.filter(person=person, read_at=None).count() == 0
    assert Message.objects.filter(person=other, read_at=None).count() == 1


def test_the_list_goes_on_where_the_page_ended(person):
    for number in range(35):
        tell(person, once=f"thing {number}", title=f"Title {number:02d}.")
    client = of(person)
    first = client.get("/messages/")
    following = first.context["unread_next"].text()
    second = client.get("/messages/", {"unread": following}).content.decode()
    shown = first.content.decode()
    assert [f"Title {n:02d}." in shown for n in (34, 5, 4, 0)] == [True, True, False, False]
    assert [f"Title {n:02d}." in second for n in (34, 5, 4, 0)] == [False, False, True, True]


def test_the_mail_programs_button_unsubscribes_without_log_in_or_cookie_once_or_again(person):
    tell(person)
    path = unsubscribe_path()
    stranger = Client(enforce_csrf_checks=True)
    for _time in range(2):
        answer = stranger.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200
    assert Mute.objects.filter(person=person, kind="test_kind").count() == 1


def test_a_scanner_that_opens_the_link_unsubscribes_nobody(person):
    tell(person)
    page = Client().get(unsubscribe_path())
    assert page.status_code == 200
    assert "Things of a test" in page.content.decode()
    assert not Mute.objects.exists()


def test_a_forged_link_is_not_found(person):
    tell(person)
    path = unsubscribe_path()
    assert Client().post(path[:-2] + ("x/" if path[-2] != "x" else "y/")).status_code == 404
    assert not Mute.objects.exists()


FORM = {"pace:test_kind": "at_once", "hour": "8", "weekday": "0", "quiet_from": "", "quiet_until": ""}


def test_settings_mute_and_bring_back(person):
    client = of(person)
    assert client.post("/messages/settings/", {**FORM, "pace:test_kind": "never"}).status_code == 302
    assert Mute.objects.filter(person=person).count() == 1
    assert 'value="never" selected' in client.get("/messages/settings/").content.decode()
    client.post("/messages/settings/", FORM)
    assert not Mute.objects.exists()


def test_settings_keep_paces_topics_and_hours(person, monkeypatch):
    topics = [kinds.Topic(key="a", label="Cables"), kinds.Topic(key="b", label="Lamps")]
    kinds.register(kinds.Kind(key="test_kind", label="Things of a test", topics=lambda _actor: topics))
    client = of(person)
    given = {**FORM, "pace:test_kind": "weekly", "pace:test_kind:a": "at_once", "pace:test_kind:b": "", "hour": "17"}
    given |= {"weekday": "4", "quiet_from": "22", "quiet_until": "7"}
    assert client.post("/messages/settings/", given).status_code == 302
    page = client.get("/messages/settings/")
    kept = page.context["form"].initial
    assert {name: str(kept[name] if kept[name] is not None else "") for name in given} == given
    assert "Cables" in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("pace:test_kind", "hourly"), ("hour", "24"), ("quiet_from", "22"), ("weekday", "7")]
)
def test_settings_that_make_no_sense_are_shown_again(person, field, value):
    page = of(person).post("/messages/settings/", {**FORM, field: value})
    assert page.status_code == 422
    assert "pz-error" in page.content.decode()


def test_the_mailbox_of_a_demo_shows_every_mail(person):
    tell(person, title="A mail for the demo")
    mail = Mail.objects.get()
    client = Client()
    assert "A mail for the demo" in client.get("/mailbox/").content.decode()
    opened = client.get(f"/mailbox/{mail.pk}/").content.decode()
    assert "List-Unsubscribe-Post" in opened


def test_a_mails_html_is_shown_in_a_sandbox_with_its_own_styles_alone(person):
    tell(person)
    mail = Mail.objects.get()
    answer = Client().get(f"/mailbox/{mail.pk}/html/")
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "'unsafe-inline'" not in policy
    assert "default-src 'none'" in policy


def test_a_real_centre_has_no_mailbox(person, monkeypatch):
    from pazar.ground.messages import queries

    tell(person)
    mail = Mail.objects.get()
    monkeypatch.setattr(queries, "is_demo", lambda: False)
    for path in ("/mailbox/", f"/mailbox/{mail.pk}/", f"/mailbox/{mail.pk}/html/"):
        assert Client().get(path).status_code == 404
