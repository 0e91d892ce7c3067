"""A link to set a password works once, in its time, for one person; asking for one tells nobody who is here."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.factories import make_person

from pazar.ground import clock
from pazar.ground.entry.commands import forgotten, links
from pazar.ground.entry.models import PasswordLink
from pazar.ground.errors import Invalid
from pazar.ground.identity.models import LoginTries
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Mail

pytestmark = pytest.mark.django_db
NEW = "quiet-harbour-81"


def made(person, lasts: timedelta = links.FIRST) -> str:
    return links.make_link(actor=NOBODY, person_id=person.pk, lasts=lasts).path


def secret(path: str) -> str:
    return path.split("/")[-2]


def test_a_link_sets_the_password_once_and_log_in_works():
    person = make_person(email="vera@example.org")
    path = made(person)
    client = Client()
    page = client.get(path)
    assert page.status_code == 200 and "vera@example.org" in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"
    # Looking, as a mail scanner does, uses nothing up.
    assert client.get(path).status_code == 200

    answer = client.post(path, {"new": NEW, "again": NEW})
    assert answer.status_code == 302 and answer["Location"] == reverse("entry:login")
    assert client.post(path, {"new": NEW, "again": NEW}).status_code == 410
    assert client.get(path).status_code == 410
    entered = client.post(reverse("entry:login"), {"email": "Vera@example.org", "password": NEW})
    assert entered.status_code == 302


@pytest.mark.parametrize("weak", ["short-1", "password123", "vera.petrova@example.org"], ids=["short", "common", "own"])
def test_a_weak_password_is_refused_in_words_and_the_link_still_lives(weak):
    person = make_person(email="vera.petrova@example.org")
    path = made(person)
    client = Client()
    answer = client.post(path, {"new": weak, "again": weak})
    assert answer.status_code == 422
    person.refresh_from_db()
    assert not person.has_usable_password()
    assert client.post(path, {"new": NEW, "again": NEW}).status_code == 302


def test_two_that_differ_are_not_taken():
    path = made(make_person())
    assert Client().post(path, {"new": NEW, "again": NEW + "x"}).status_code == 422


def test_a_newer_link_leaves_a_fresh_one_alone_and_the_first_used_ends_all():
    """A stranger who asks for a link to somebody's address can't take from him the one he is about to use."""
    person = make_person()
    own, strangers = made(person), made(person)
    links.set_password(token=secret(own), new=NEW)
    for used in (own, strangers):
        with pytest.raises(links.LinkDead):
            links.check(secret(used))


def test_a_link_ends_with_its_time():
    person = make_person()
    new = made(person)
    PasswordLink.objects.filter(person=person).update(expires_at="2026-01-01T00:00Z")
    with pytest.raises(links.LinkDead):
        links.set_password(token=secret(new), new=NEW)


def test_who_was_closed_sets_no_password():
    person = make_person()
    path = made(person)
    person.is_active = False
    person.save()
    with pytest.raises(links.LinkDead):
        links.set_password(token=secret(path), new=NEW)


def test_the_secret_is_not_in_the_database():
    path = made(make_person())
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(l::text, '') FROM entry_passwordlink l")
        table = cursor.fetchone()[0]
    assert secret(path) not in table


@pytest.mark.parametrize("guess", ["x", "0" * 43, "%00", "a" * 5000, "..%2f"])
def test_guessed_links_are_dead(guess):
    assert Client().get(f"/password/{guess}/").status_code in (400, 404, 410)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_sets_it():
    path = made(make_person())
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def use(password: str) -> None:
        gate.wait()
        try:
            links.set_password(token=secret(path), new=password)
            outcomes.append("set")
        except links.LinkDead:
            outcomes.append("dead")
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(f"{NEW}-{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["dead", "set"]


# --- forgotten --------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_known_and_unknown_addresses_get_one_answer_and_the_known_one_a_mail():
    make_person(email="known@example.org", language="bg")
    client = Client(headers={"accept-language": "en"})
    answers = [
        client.post(reverse("entry:forgotten"), {"email": email})
        for email in ("Known@example.org", "other@example.org")
    ]
    pages = [
        re.sub(r"csrfmiddlewaretoken[^>]*|[\d:.]+Z|\d+:\d\d:\d\d", "", a.content.decode()).lower() for a in answers
    ]
    assert [a.status_code for a in answers] == [200, 200]
    assert pages[0].replace("known@", "") == pages[1].replace("other@", "")

    drain()
    mail = Mail.objects.get()
    assert mail.to == "known@example.org" and mail.subject == "Задайте нова парола"
    path = re.search(r"/password/[\w-]+/", mail.text)
    assert path and client.get(path[0]).status_code == 200
    # The table of jobs keeps nobody's address.
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(args::text, '') FROM procrastinate_jobs")
        assert "example.org" not in cursor.fetchone()[0]


def test_one_address_gets_three_mails_and_no_more():
    make_person(email="known@example.org")
    for _n in range(5):
        forgotten.send_link(email="known@example.org")
    assert Mail.objects.count() == 3


def test_one_address_gets_no_flood_of_mails_and_a_living_link_all_day():
    """By somebody with many networks: 12 an hour would be 288 a day."""
    make_person(email="known@example.org")
    for _asked in range(24 * 4):
        for _n in range(4):
            forgotten.send_link(email="known@example.org")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE clock_centre SET shift = shift + interval '15 minutes 1 second'")
        living = PasswordLink.objects.filter(used_at=None, expires_at__gt=clock.db_now())
        assert living.exists(), "whoever it belongs to can get in"
    assert Mail.objects.count() <= forgotten.MANY_A_DAY + 25


def test_one_network_asks_twenty_times():
    LoginTries.objects.all().delete()
    for n in range(forgotten.ASKED_FROM_PLACE):
        forgotten.ask_link(place="192.0.2.7", email=f"{n}@example.org")
    with pytest.raises(forgotten.AskedTooOften):
        forgotten.ask_link(place="192.0.2.7", email="one.more@example.org")
    forgotten.ask_link(place="192.0.2.8", email="one.more@example.org")


def test_a_weak_password_names_its_field():
    path = made(make_person())
    with pytest.raises(Invalid) as refused:
        links.set_password(token=secret(path), new="short")
    assert "new" in refused.value.fields
