"""The unread count as a stream: against the database's real notes, many pages over one connection."""

import asyncio
import contextlib
import threading

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.test import Client
from tests.factories import actor_of, make_person

from pazar.ground.messages import commands, kinds, live
from pazar.ground.messages.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.register(kinds.Kind(key="test_kind", label="Things of a test"))
    monkeypatch.setattr(live, "hub", live.Hub())
    monkeypatch.setattr(live, "GATHER_SECONDS", 0.01)


def in_a_loop(work) -> None:
    """In a thread of its own: a browser test in the same run has a loop in the main one."""
    failed = []

    def run():
        try:
            asyncio.run(asyncio.wait_for(work(), 30))
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def page_of(person=None, method="GET") -> ApplicationCommunicator:
    headers = []
    if person is not None:
        client = Client()
        client.force_login(person)
        headers = [(b"cookie", f"other=1; sessionid={client.cookies['sessionid'].value}".encode())]
    scope = {"type": "http", "method": method, "path": live.PATH, "headers": headers}
    return ApplicationCommunicator(live.application, scope)


async def said(page) -> str:
    return (await page.receive_output(10))["body"].decode()


def tell(person, once="thing"):
    commands.tell(
        person_ids=[person.pk],
        kind="test_kind",
        once=once,
        path="/market/",
        render=lambda _language: commands.Told(title="A thing"),
    )


async def ask(act, *args):
    return await live._in_thread(act, *args)


def connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user")
        return cursor.fetchone()[0]


async def until_listening():
    for _n in range(200):
        if await ask(_listens):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody listens")


def _listens() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN pazar_unread%'")
        return cursor.fetchone()[0] > 0


async def close(*pages):
    live.hub.close()
    for page in pages:
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await page.wait(5)
    await asyncio.sleep(0.05)


def test_the_count_comes_at_once_and_whenever_it_changes():
    person, other = make_person(), make_person()
    tell(person)

    async def work():
        page = await ask(page_of, person)
        await page.send_input({"type": "http.request"})
        start = await page.receive_output(10)
        assert (start["status"], dict(start["headers"])[b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
        assert await said(page) == "retry: 5000\ndata: 1\n\n"
        await until_listening()
        await ask(tell, other, "not his")
        await ask(tell, person, "another")
        assert await said(page) == "data: 2\n\n"
        message = await ask(lambda: Message.objects.filter(person=person).first())
        await ask(lambda: commands.mark_read(actor=actor_of(person), message_id=message.pk))
        assert await said(page) == "data: 1\n\n"
        await ask(lambda: commands.mark_all_read(actor=actor_of(person)))
        assert await said(page) == "data: 0\n\n"
        await close(page)

    in_a_loop(work)


def test_who_is_not_logged_in_or_does_not_read_is_sent_away_for_good():
    person = make_person()

    async def work():
        for page in (page_of(), await ask(page_of, person, "POST")):
            await page.send_input({"type": "http.request"})
            assert (await page.receive_output(10))["status"] == 204

    in_a_loop(work)


def test_many_pages_hold_one_connection_and_leave_when_they_go():
    people = [make_person() for _n in range(30)]

    async def work():
        before = await ask(connections)
        pages = [await ask(page_of, person) for person in people]
        for page in pages:
            await page.send_input({"type": "http.request"})
            await page.receive_output(10)
            await said(page)
        await until_listening()
        assert live.hub.size == 30
        assert await ask(connections) <= before + 1 + 2  # the listening one; threads that just gave theirs back
        for page in pages:
            await page.send_input({"type": "http.disconnect"})
        for _n in range(100):
            if not live.hub.size:
                break
            await asyncio.sleep(0.02)
        assert live.hub.size == 0
        await close(*pages)

    in_a_loop(work)


def test_a_quiet_stream_says_that_it_lives_and_ends_in_time(monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(live, "LIFETIME_SECONDS", 0.4)
    person = make_person()

    async def work():
        page = await ask(page_of, person)
        await page.send_input({"type": "http.request"})
        await page.receive_output(10)
        assert (await said(page)).startswith("retry")
        assert await said(page) == ": still here\n\n"
        while (last := await page.receive_output(10)).get("more_body"):
            continue
        assert last["body"] == b""
        await close(page)

    in_a_loop(work)


def test_the_oldest_page_of_one_person_gives_way(monkeypatch):
    monkeypatch.setattr(live, "MOST_OF_ONE", 2)
    person = make_person()

    async def work():
        first, second, third = [live.hub.add(person.pk) for _n in range(3)]
        assert [watcher.is_over for watcher in (first, second, third)] == [True, False, False]
        live.hub.close()
        await asyncio.sleep(0)

    in_a_loop(work)


def test_without_the_server_of_streams_a_browser_is_told_not_to_ask_again():
    assert Client().get("/messages/stream").status_code == 204


@pytest.mark.parametrize("payload", ["", "no id", "0b6e7c52-1d51-4f0e-9a3c-5d0d0a1f7c11 x"])
def test_a_note_of_another_make_is_left(payload):
    assert live._ids(payload) == []
