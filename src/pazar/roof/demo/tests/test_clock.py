"""Moving the clock does what became due, in its order, before it answers."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import actor_of, make_company, make_person

from pazar.ground import clock
from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.models import DueAct
from pazar.roof.demo import queries
from pazar.roof.demo.commands.become import become
from pazar.roof.demo.commands.clock import ClockOnlyForward, move_clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    """What the clockwork did: the subject and the centre's moment of each act."""
    seen: list[tuple[UUID, object]] = []
    monkeypatch.setattr(clockwork, "_acts", {"ring": lambda subject: seen.append((subject, clock.db_now()))})
    return seen


@pytest.fixture
def real_centre(monkeypatch):
    monkeypatch.setattr(queries, "is_demo", lambda: False)


def test_what_is_due_runs_in_order_each_at_its_own_moment(done):
    start = clock.db_now()
    late, early, after = uuid4(), uuid4(), uuid4()
    for subject, hours in ((late, 30), (early, 2), (after, 50)):
        clockwork.schedule("ring", subject_id=subject, due_at=start + timedelta(hours=hours))

    moved = move_clock(actor=NOBODY, to=start + timedelta(hours=48))

    assert [subject for subject, _at in done] == [early, late]
    for (_subject, at), hours in zip(done, (2, 30), strict=True):
        assert timedelta(0) <= at - (start + timedelta(hours=hours)) < timedelta(seconds=5)
    assert moved.acts == 2
    assert timedelta(0) <= clock.db_now() - (start + timedelta(hours=48)) < timedelta(seconds=5)


def test_an_act_that_makes_another_due_on_the_way_has_it_done_too(monkeypatch):
    start = clock.db_now()
    second = uuid4()
    seen = []

    def ring(subject):
        seen.append(subject)
        if subject != second:
            clockwork.schedule("ring", subject_id=second, due_at=clock.db_now() + timedelta(hours=1))

    monkeypatch.setattr(clockwork, "_acts", {"ring": ring})
    first = uuid4()
    clockwork.schedule("ring", subject_id=first, due_at=start + timedelta(hours=2))
    move_clock(actor=NOBODY, to=start + timedelta(hours=4))
    assert seen == [first, second]


def test_a_failing_act_stops_nothing_and_ends_in_the_operators_list(monkeypatch):
    start = clock.db_now()

    def ring(subject):
        raise ZeroDivisionError

    monkeypatch.setattr(clockwork, "_acts", {"ring": ring})
    clockwork.schedule("ring", subject_id=uuid4(), due_at=start + timedelta(hours=2))
    move_clock(actor=NOBODY, to=start + timedelta(hours=4))
    act = DueAct.objects.get()
    assert (act.done_at, act.tries) == (None, clockwork.MAX_TRIES)
    assert act.fault.startswith("ZeroDivisionError")
    assert clock.db_now() >= start + timedelta(hours=4)


def test_the_clock_never_goes_back(done):
    before = clock.db_now()
    with pytest.raises(ClockOnlyForward):
        move_clock(actor=NOBODY, to=before - timedelta(minutes=1))
    assert clock.db_now() - before < timedelta(minutes=1)


def test_the_clock_of_a_real_centre_stands_where_it_is(done, real_centre):
    before = clock.db_now()
    with pytest.raises(NotFound):
        move_clock(actor=NOBODY, to=before + timedelta(days=1))
    assert clock.db_now() - before < timedelta(hours=1)


@pytest.mark.parametrize(
    ("method", "name"), [("get", "people"), ("post", "become"), ("get", "clock"), ("post", "move")]
)
def test_the_pages_of_the_demo_are_in_no_other_centre(client: Client, real_centre, method, name):
    person = make_person(make_company())
    sent = {"person": str(person.pk), "by": "day"}
    assert getattr(client, method)(reverse(f"demo:{name}"), sent).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_click_makes_one_another_person(client: Client):
    person = make_person(make_company("Медна жица"), language="bg")
    answer = client.post(reverse("demo:become"), {"person": str(person.pk)}, headers={"accept-language": "en"})
    assert answer.status_code == 302
    page = client.get("/")
    assert person.name in page.content.decode()
    assert page["Content-Language"] == "en"


def test_becoming_is_in_the_journal_and_nobody_becomes_who_may_not_log_in():
    from pazar.ground.journal.models import Payload

    me, gone = make_person(make_company()), make_person(make_company(), is_active=False)
    become(actor=actor_of(me), person_id=me.pk)
    assert b"demo.became" in bytes(Payload.objects.latest("entry_id").content)
    with pytest.raises(NotFound):
        become(actor=actor_of(me), person_id=gone.pk)


def test_the_panel_moves_the_clock_and_tells_what_it_did(client: Client, done):
    start = clock.db_now()
    clockwork.schedule("ring", subject_id=uuid4(), due_at=start + timedelta(hours=3))
    answer = client.post(reverse("demo:move"), {"by": "day"}, follow=True)
    assert len(done) == 1
    assert "1 thing became due" in answer.content.decode()


def test_all_that_comes_is_listed_a_page_at_a_time_and_ends_of_tender_periods_alone(client: Client):
    start = clock.db_now()
    for hours in range(1, 26):
        clockwork.schedule("remind_1d", subject_id=uuid4(), due_at=start + timedelta(hours=hours))
    for hours in (300, 310):
        clockwork.schedule("close_procedure", subject_id=uuid4(), due_at=start + timedelta(hours=hours))
    first = queries.coming()
    second = queries.coming(cursor=first.cursor)
    assert (len(first.rows), len(second.rows), second.cursor) == (20, 7, "")
    assert [row.due_at for row in first.rows + second.rows] == sorted(row.due_at for row in first.rows + second.rows)
    assert [row.act for row in queries.coming(closings=True).rows] == ["close_procedure"] * 2
    panel = client.get(reverse("demo:clock"))
    assert f"?after={first.cursor}" in panel.content.decode()
    assert client.get(reverse("demo:clock"), {"after": first.cursor}).status_code == 200
    closings = client.get(reverse("demo:clock"), {"show": "closings"})
    assert [row.act for row in closings.context["coming"].rows] == ["close_procedure"] * 2


@pytest.mark.parametrize(
    "sent", [{"to": "never"}, {"to": "2001-01-01T10:00"}, {"after": "x"}, {}, {"to": "9999-12-31T23:59"}]
)
def test_a_time_that_cannot_be_is_refused_on_the_page(client: Client, done, sent):
    answer = client.post(reverse("demo:move"), sent)
    assert answer.status_code in (409, 422)
    assert "pz-refusal" in answer.content.decode()
