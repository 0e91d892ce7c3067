"""What waits for its hour: together, once, and not what was seen meanwhile."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests.factories import actor_of, make_person

from pazar.ground import clock
from pazar.ground.errors import Invalid
from pazar.ground.messages import commands, kinds
from pazar.ground.messages.commands import digests, wishes
from pazar.ground.messages.models import Held, Mail, Message
from pazar.ground.messages.rules.hours import Hours, Pace


@pytest.fixture(autouse=True)
def some_kinds(monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", {})
    topics = [kinds.Topic(key="cables", label="Cables"), kinds.Topic(key="lamps", label="Lamps")]
    kinds.register(kinds.Kind(key="match", label="What fits", topics=lambda _actor: topics))
    kinds.register(kinds.Kind(key="question", label="Questions"))
    kinds.register(kinds.Kind(key="reminder", label="Reminders", urgent=True))


def choose(person, pace: Pace | None = None, *, hours: Hours | None = None, kind="match", **topics: Pace):
    paces = {(kind, topic): given for topic, given in topics.items()}
    if pace is not None:
        paces[kind, ""] = pace
    wishes.save_choices(actor=actor_of(person), choices=wishes.Choices(hours=hours or Hours(), paces=paces))


def tell(person, once: str, kind="match", topics=()):
    commands.tell_many(
        [
            commands.Telling(
                person_ids=[person.pk],
                kind=kind,
                once=once,
                path=f"/market/{once}/",
                topics=topics,
                render=lambda _language: commands.Told(title=f"Title {once}", text=f"Because of {once}."),
            )
        ]
    )


def its_hour_comes():
    Held.objects.update(due_at=clock.db_now() - timedelta(seconds=1))


@pytest.mark.django_db
class TestOnePerson:
    def test_several_come_in_one_mail_each_with_its_reason(self):
        person = make_person(language="en")
        choose(person, Pace.DAILY)
        for once in ("one", "two", "three"):
            tell(person, once)
        tell(person, "one")
        assert (Message.objects.count(), Mail.objects.count()) == (3, 0)
        assert digests.send_due() == 0
        its_hour_comes()
        digests.send_due()
        mail = Mail.objects.get()
        assert mail.subject == "Title one, and 2 more messages"
        for once in ("one", "two", "three"):
            for content in (mail.text, mail.html):
                assert content.count(f"Because of {once}.") == 1
                assert f"http://testserver/market/{once}/" in content
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        its_hour_comes()
        assert digests.send_due() == 0

    def test_the_mail_of_two_kinds_ends_both_by_one_click(self, client):
        person = make_person()
        choose(person, Pace.DAILY)
        choose(person, Pace.DAILY, kind="question")
        tell(person, "one")
        tell(person, "two", kind="question")
        its_hour_comes()
        digests.send_due()
        path = Mail.objects.get().headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
        assert client.post(path).status_code == 200
        for once, kind in (("three", "match"), ("four", "question")):
            tell(person, once, kind=kind)
        assert (Mail.objects.count(), Held.objects.filter(is_over=False).count()) == (1, 0)

    def test_at_once_is_at_once_and_what_follows_goes_together(self):
        person = make_person()
        for once in ("one", "two", "three"):
            tell(person, once)
        assert Mail.objects.get().subject == "Title one"
        its_hour_comes()
        digests.send_due()
        assert Mail.objects.latest("made_at").subject.startswith("Title two")

    def test_what_is_urgent_waits_for_nothing(self):
        person = make_person()
        now = clock.db_now().hour
        choose(person, hours=Hours(quiet_from=(now - 2) % 24, quiet_until=(now + 8) % 24))
        tell(person, "one")
        assert not Mail.objects.exists()
        for once in ("two", "three"):
            tell(person, once, kind="reminder")
        assert Mail.objects.count() == 2

    def test_the_soonest_of_its_interests_decides(self):
        person = make_person()
        choose(person, Pace.WEEKLY, cables=Pace.AT_ONCE, lamps=Pace.NEVER)
        tell(person, "one", topics=["lamps"])
        assert (Mail.objects.count(), Held.objects.count()) == (0, 0)
        tell(person, "two", topics=["elsewhere"])
        assert (Mail.objects.count(), Held.objects.count()) == (0, 1)
        tell(person, "three", topics=["lamps", "cables"])
        assert Mail.objects.count() == 1

    def test_what_was_read_on_the_centre_is_not_repeated(self):
        person = make_person()
        choose(person, Pace.DAILY)
        tell(person, "one")
        tell(person, "two")
        commands.mark_read(actor=actor_of(person), message_id=Message.objects.earliest("id").pk)
        its_hour_comes()
        digests.send_due()
        assert Mail.objects.get().subject == "Title two"

    def test_a_choice_made_since_counts_for_what_waits(self):
        person = make_person()
        choose(person, Pace.WEEKLY)
        tell(person, "one")
        tell(person, "two", topics=["lamps"])
        choose(person, Pace.AT_ONCE, lamps=Pace.NEVER)
        digests.send_due()
        assert Mail.objects.get().subject == "Title one"
        assert not Held.objects.filter(is_over=False).exists()

    def test_choices_that_make_no_sense_are_refused(self):
        person = make_person()
        with pytest.raises(Invalid):
            choose(person, Pace.DAILY, kind="reminder")
        with pytest.raises(Invalid):
            choose(person, Pace.DAILY, kind="nobody_named_it")
        with pytest.raises(Invalid):
            choose(person, hours=Hours(quiet_from=3))
        with pytest.raises(Invalid):
            choose(person, foreign=Pace.DAILY)


@pytest.mark.django_db(transaction=True)
class TestCrashesAndWorkers:
    def test_a_crash_leaves_all_waiting(self, monkeypatch):
        person = make_person()
        choose(person, Pace.DAILY)
        tell(person, "one")
        its_hour_comes()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            digests.send_held(person_id=person.pk)
            1 / 0  # noqa: B018
        assert not Mail.objects.exists()
        digests.send_due()
        assert Mail.objects.count() == 1

    def test_two_workers_write_one_mail(self):
        person = make_person()
        choose(person, Pace.DAILY)
        for n in range(10):
            tell(person, f"thing {n}")
        its_hour_comes()
        start = threading.Barrier(4)

        def work():
            start.wait()
            digests.send_due()
            connection.close()

        workers = [threading.Thread(target=work) for _n in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert Mail.objects.count() == 1
        assert Held.objects.filter(is_over=True, mail=Mail.objects.get()).count() == 10
