import pytest
from django.db import transaction
from django.utils import timezone, translation
from tests.factories import make_company, make_person

from pazar.ground.jobs.drain import drain
from pazar.ground.messages import commands, kinds, unsubscribing
from pazar.ground.messages.commands import telling
from pazar.ground.messages.models import Held, Mail, Message, Wish

KIND = "test_kind"


@pytest.fixture(autouse=True)
def kind(db, monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.register(kinds.Kind(key=KIND, label="Things of a test"))
    kinds.register(kinds.Kind(key="letter", label="Letters", may_mute=False))


def tell(*people, once="thing:1", title="A title", **facts):
    given = {"kind": KIND, "path": "/market/", "render": lambda language: commands.Told(title=title), **facts}
    return commands.tell(person_ids=[person.pk for person in people], once=once, **given)


def test_a_person_is_told_once_however_often_it_is_repeated(settings):
    settings.MAIL_SERVER = True
    one, two = make_person(), make_person()
    assert tell(one) == 1
    assert tell(one, two, one) == 1
    assert Message.objects.filter(person=one).count() == 1
    assert Mail.objects.filter(state="waiting").count() == 2


def test_each_reads_it_in_his_own_language_and_zone():
    bulgarian = make_person(language="bg", zone="Europe/Sofia")
    english = make_person(language="en", zone="UTC")

    def render(language):
        return commands.Told(title=f"{language} {translation.get_language()} {timezone.get_current_timezone_name()}")

    tell(bulgarian, english, render=render)
    assert Message.objects.get(person=bulgarian).title == "bg bg Europe/Sofia"
    assert Message.objects.get(person=english).title == "en en UTC"
    html = Mail.objects.get(person=bulgarian).html
    assert '<html lang="bg">' in html
    assert "Отворете" in html


def test_a_thousand_people_cost_a_handful_of_statements(django_assert_max_num_queries):
    people = [make_person() for _n in range(40)]
    with django_assert_max_num_queries(12):
        assert tell(*people) == 40
    more = [make_person() for _n in range(80)]
    with django_assert_max_num_queries(12):
        assert tell(*people, *more) == 80


def test_many_read_it_before_their_mails_are_written_and_each_gets_one(settings):
    settings.MAIL_SERVER = True
    people = [make_person(language=language) for language in ("bg", "en") for _n in range(40)]
    muting = people[0]
    commands.mute(person_id=muting.pk, kind=KIND)
    tell(*people)
    assert (Message.objects.count(), Mail.objects.count()) == (80, 0)
    assert drain() == 1
    mails = {mail.person_id: mail for mail in Mail.objects.all()}
    assert set(mails) == {person.pk for person in people} - {muting.pk}
    assert {mail.message_id for mail in mails.values()} == set(
        Message.objects.exclude(person=muting).values_list("pk", flat=True)
    )
    # One text for all, and in it each one's own word that unsubscribes.
    for mail in mails.values():
        own = mail.headers["List-Unsubscribe"].strip("<>")
        assert mail.text.count(own) == mail.html.count(own) == 1
        assert mail.text.count("/unsubscribe/") == mail.html.count("/unsubscribe/") == 1
        assert unsubscribing.read(own.rstrip("/").rpartition("/")[2]).person_id == mail.person_id
    assert len({mail.headers["Message-ID"] for mail in mails.values()}) == 79
    assert tell(*people) == 0


def test_a_job_that_writes_mails_may_be_repeated():
    people = [make_person() for _n in range(60)]
    waits = people[0]
    Wish.objects.create(person=waits, kind=KIND, pace="daily")
    tell(*people)
    message_ids = list(Message.objects.values_list("pk", flat=True))
    drain()
    before = Mail.objects.count(), Held.objects.count()
    assert before == (59, 1)
    assert telling.write_mails(message_ids=message_ids) == 0
    assert (Mail.objects.count(), Held.objects.count()) == before


def test_nobody_is_told_when_the_act_fails():
    person = make_person()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(person)
        1 / 0  # noqa: B018
    assert (Message.objects.count(), Mail.objects.count()) == (0, 0)


def test_without_a_mail_server_mails_are_kept(settings):
    settings.MAIL_SERVER = False
    tell(make_person())
    assert Mail.objects.get().state == Mail.State.KEPT


def test_a_muted_kind_comes_on_the_centre_only():
    person = make_person()
    commands.mute(person_id=person.pk, kind=KIND)
    commands.mute(person_id=person.pk, kind=KIND)
    tell(person)
    assert (Message.objects.count(), Mail.objects.count()) == (1, 0)
    commands.unmute(person_id=person.pk, kind=KIND)
    tell(person, once="thing:2")
    assert Mail.objects.count() == 1


def test_people_who_left_are_told_nothing():
    assert tell(make_person(is_active=False)) == 0


def test_an_unnamed_kind_and_a_path_elsewhere_are_mistakes():
    person = make_person()
    with pytest.raises(LookupError):
        tell(person, kind="nobody_named_it")
    for path in ("https://evil.example/", "//evil.example/"):
        with pytest.raises(ValueError, match="page of the centre"):
            tell(person, path=path)


def test_the_mail_has_the_headers_that_servers_ask_for():
    tell(make_person())
    headers = Mail.objects.get().headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<http://testserver/unsubscribe/")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert set(headers) >= {"Message-ID", "Date"}


def test_what_must_be_told_has_no_unsubscribing():
    tell(make_person(), kind="letter")
    mail = Mail.objects.get()
    assert "List-Unsubscribe" not in mail.headers
    assert "/unsubscribe/" not in mail.text + mail.html


def test_a_title_cannot_begin_a_header_and_html_is_text():
    tell(make_person(company=make_company()), title="Tender\r\nBcc: all@example.org <b>now</b>")
    mail = Mail.objects.get()
    assert mail.subject == "Tender Bcc: all@example.org <b>now</b>"
    assert "&lt;b&gt;now" in mail.html
    assert "<b>now" not in mail.html


def test_what_is_told_batch_by_batch_is_said_once_for_a_language_and_zone():
    asked = []

    def say(language: str) -> commands.Told:
        asked.append((language, timezone.get_current_timezone_name()))
        return commands.Told(title=f"  {language}  {timezone.get_current_timezone_name()} ")

    people = [
        make_person(make_company(), language=language, zone=zone)
        for language in ("bg", "en")
        for zone in ("Europe/Sofia", "UTC")
        for _n in range(3)
    ]
    render = commands.Remembering(say)
    for batch in (people[::2], people[1::2], people):
        commands.tell_many(
            [
                commands.Telling(person_ids=[one.pk], kind=KIND, once="thing:1", path="/x/", render=render)
                for one in batch
            ]
        )
    assert sorted(asked) == sorted({(one.language, one.zone) for one in people})
    assert {message.person_id: message.title for message in Message.objects.all()} == {
        one.pk: f"{one.language} {one.zone}" for one in people
    }
