"""Pulls from an OCDS API, against a real server on loopback that behaves as badly as servers do."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import make_person

from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.jobs.drain import drain
from pazar.ground.net.tests.server import Asked, Says, Server
from pazar.market.procedures.commands import pulling, sources, undo
from pazar.market.procedures.commands.pulling import Later
from pazar.market.procedures.models import NoticeImport, NoticeSource, Procedure

pytestmark = pytest.mark.django_db(transaction=True)
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def operator(settings: Any) -> Actor:
    settings.IMPORT_INSIDE = ["127.0.0.1/32"]
    return people.actor_for(make_person(name="Operator", staff_roles=[StaffRole.OPERATOR]))


def release(number: int, *, title: str = "") -> dict[str, Any]:
    moment = BEGAN + timedelta(hours=number)
    return {
        "ocid": f"o-{number:03}",
        "id": f"{number}/{title}",
        "date": moment.isoformat(),
        "tender": {"title": title or f"title {number}"},
    }


def page(releases: list[dict[str, Any]], **more: Any) -> Says:
    return Says(body=json.dumps({"releases": releases, **more}).encode())


def asked_for(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}


def numbered(all_of_them: list[dict[str, Any]], *, size: int = 3) -> Callable[[Asked], Says]:
    """An API that numbers its pages and tells what is newer than `since`, the oldest first."""

    def answer(asked: Asked) -> Says:
        said = asked_for(asked)
        since = datetime.fromisoformat(said["since"])
        found = [one for one in all_of_them if datetime.fromisoformat(one["date"]) >= since]
        start = (int(said["page"]) - 1) * size
        return page(found[start : start + size])

    return answer


def linked(
    pages: list[list[dict[str, Any]]], *, upset: Callable[[int, int], Says | None] = lambda n, times: None
) -> Any:
    """An API whose pages name the next one; `upset(page, how often asked)` may answer something else."""
    times: dict[int, int] = {}

    def answer(asked: Asked) -> Says:
        number = int(asked_for(asked).get("p", "0"))
        times[number] = times.get(number, 0) + 1
        wrong = upset(number, times[number])
        if wrong is not None:
            return wrong
        more = {"links": {"next": f"/api?p={number + 1}"}} if number + 1 < len(pages) else {}
        return page(pages[number], **more)

    return answer


def make(operator: Actor, server: Server, path: str, **said: Any) -> NoticeSource:
    given_ = {"name": "API", "url": server.url + path, "paging": "link", "since": BEGAN, "overlap_hours": 0, **said}
    return sources.make_source(actor=operator, said=sources.Said(**given_))


def pull(source: NoticeSource) -> list[int]:
    """Until the run is over: how long it waited each time."""
    waits: list[int] = []
    while (later := pulling.pull(source_id=source.pk)) is not None:
        waits.append(later.seconds)
        assert len(waits) < 50
    source.refresh_from_db()
    return waits


def titles() -> dict[str, str]:
    return dict(Procedure.objects.order_by("source_id").values_list("source_id", "title"))


PAGES = [[release(n) for n in range(start, start + 3)] for start in (0, 3, 6)]


def test_links_are_followed_to_the_end_and_the_run_is_an_import_like_any_other(operator: Actor) -> None:
    with Server(linked(PAGES)) as server:
        source = make(operator, server, "/api?since={since}&api_key=hush", token="t0ken")
        assert sources.start_due() == 1
        drain()
    run = NoticeImport.objects.get()
    assert (run.state, run.way, run.source_id) == ("ended", "source", source.pk)
    assert len(titles()) == 9
    assert [part.new for part in run.parts.order_by("position")] == [3, 3, 3]
    source.refresh_from_db()
    assert source.since == BEGAN + timedelta(hours=8)
    assert source.place == {}
    assert server.asked[0].headers["authorization"] == "Bearer t0ken"
    assert "since=2024-01-01T00%3A00%3A00Z" in server.asked[0].path
    assert "hush" not in run.parts.order_by("position")[0].name
    undo.ask(actor=operator, import_id=run.pk)
    drain()
    assert titles() == {}


def test_the_next_run_asks_for_what_is_newer_with_the_overlap(operator: Actor) -> None:
    there = [release(n) for n in range(7)]
    with Server(numbered(there)) as server:
        source = make(operator, server, "/r?page={page}&since={since}", paging="number", overlap_hours=2)
        assert pull(source) == []
        there += [release(n) for n in range(7, 9)]
        there[5] = release(5, title="changed without a new date")
        server.asked.clear()
        pull(source)
    assert asked_for(server.asked[0])["since"] == "2024-01-01T04:00:00Z"
    assert len(titles()) == 9
    assert titles()["o-005"] == "changed without a new date"
    newest = NoticeImport.objects.latest("began_at")
    assert sum(part.same for part in newest.parts.all()) == 2


def test_an_empty_page_in_the_midst_ends_nothing(operator: Actor) -> None:
    pages = [[release(1)], [], [release(2)], [], []]

    def answer(asked: Asked) -> Says:
        return page(pages[int(asked_for(asked)["page"])])

    with Server(answer) as server:
        pull(make(operator, server, "/r?page={page}", paging="number", first_page=0))
    assert list(titles()) == ["o-001", "o-002"]


def test_cursors_and_dates_lead_on_as_well(operator: Actor) -> None:
    def by_cursor(asked: Asked) -> Says:
        number = int(asked_for(asked).get("c") or 0)
        return page(PAGES[number], meta={"next": number + 1 if number < 2 else None})

    def by_date(asked: Asked) -> Says:
        since = datetime.fromisoformat(asked_for(asked)["since"])
        found = [one for some in PAGES for one in some if datetime.fromisoformat(one["date"]) >= since]
        return page(found[:3])

    with Server(by_cursor) as server:
        pull(make(operator, server, "/r?c={cursor}", paging="cursor", cursor_path="meta.next"))
        assert len(titles()) == 9
        assert len(server.asked) == 3
    Procedure.objects.all().delete()
    with Server(by_date) as server:
        pull(make(operator, server, "/r?since={since}", paging="since"))
        assert len(titles()) == 9


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (Says(status="500 Broken"), "http-500"),
        (Says(status="503 Away", headers={"Retry-After": "120"}), "http-503"),
        (Says(status="429 Too many", headers={"Retry-After": "120"}), "http-429"),
        (Says(kind="text/html", body=b"<!doctype html><h1>Maintenance</h1>"), "html"),
        (Says(body=b'{"releases": [{"ocid": "o-3", "da'), "cut-short"),
        (Says(body=b'{"releases": []}', length=500), "broken_off"),
        (Says(hang_up=True), "broken_off"),
        (Says(body=b"[" * 100_000), "too-deep"),
        (Says(body=b'{"error": "busy"}'), "no-package"),
        (Says(body=b"sorry"), "not-json"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_passes_is_waited_for_and_nothing_is_lost(operator: Actor, wrong: Says, fault: str) -> None:
    def upset(number: int, times: int) -> Says | None:
        return wrong if number == 1 and times < 3 else None

    with Server(linked(PAGES, upset=upset)) as server:
        source = make(operator, server, "/api")
        first = pulling.pull(source_id=source.pk)
        source.refresh_from_db()
        if fault == "too-deep":
            assert first is None
            assert NoticeImport.objects.get().fault == fault
            assert len(titles()) == 3
            return
        assert first is not None
        assert source.fault == fault
        waits = [first.seconds, *pull(source)]
    assert len(waits) == 2
    assert all(wait == 120 if "Retry-After" in wrong.headers else 1 <= wait <= 20 for wait in waits)
    assert len(titles()) == 9
    assert [asked.path for asked in server.asked] == ["/api", *["/api?p=1"] * 3, "/api?p=2"]
    assert NoticeImport.objects.get().state == "ended"
    assert source.fault == ""


def test_a_server_that_stalls_is_cut_off(operator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "SECONDS", 0.5)
    with Server(lambda asked: Says(body=b"{" + b" " * 1000, piece=1, pause=0.1)) as server:
        later = pulling.pull(source_id=make(operator, server, "/api").pk)
    assert later is not None
    assert NoticeSource.objects.get().fault == "too_slow"


def test_a_page_too_large_is_not_read_on(operator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "MOST_BYTES", 10_000)
    with Server(lambda asked: page([release(n) for n in range(500)])) as server:
        assert pull(make(operator, server, "/api")) == []
    assert (NoticeImport.objects.get().state, NoticeImport.objects.get().fault) == ("failed", "too_large")


def test_a_server_that_stays_away_is_left_till_the_next_run_which_goes_on_there(operator: Actor) -> None:
    is_away = True
    with Server(linked(PAGES, upset=lambda n, times: Says(status="500 x") if n == 1 and is_away else None)) as server:
        source = make(operator, server, "/api")
        waits = pull(source)
        assert len(waits) == pulling.TRIES - 1
        assert sorted(waits) == waits or max(waits) > 60
        run = NoticeImport.objects.get()
        assert (run.state, run.fault) == ("failed", "http-500")
        assert len(titles()) == 3
        assert source.since == BEGAN
        is_away = False
        server.asked.clear()
        assert pull(source) == []
        assert [asked.path for asked in server.asked] == ["/api?p=1", "/api?p=2"]
    assert len(titles()) == 9
    assert source.since == BEGAN + timedelta(hours=8)


def test_refused_tokens_and_unknown_addresses_are_not_asked_again(operator: Actor) -> None:
    with Server(lambda asked: Says(status="401 No")) as server:
        source = make(operator, server, "/api")
        assert pull(source) == []
        assert len(server.asked) == 1
    assert source.fault == "http-401"


def test_links_in_a_circle_end_the_run(operator: Actor) -> None:
    with Server(lambda asked: page([release(1)], links={"next": "/api?p=1"})) as server:
        source = make(operator, server, "/api")
        assert pull(source) == []
        assert len(server.asked) == 2
    assert NoticeImport.objects.get().fault == "loop"
    assert source.since == BEGAN  # what was read isn't known to be all
    assert list(titles()) == ["o-001"]


def test_a_link_to_another_server_is_not_followed(operator: Actor) -> None:
    with Server(lambda asked: page([release(1)], links={"next": "http://127.0.0.2:9/steal"})) as server:
        assert pull(make(operator, server, "/api", token="hush")) == []
    assert NoticeImport.objects.get().fault == "elsewhere"


def test_repeated_and_skipped_pages_cost_nothing(operator: Actor) -> None:
    pages = [PAGES[0], PAGES[0], PAGES[2]]  # one comes twice, one is left out
    with Server(linked(pages)) as server:
        source = make(operator, server, "/api", overlap_hours=24)
        pull(source)
        assert len(titles()) == 6
        pages[1] = PAGES[1]
        pull(source)  # the overlap brings what was left out
    assert len(titles()) == 9
    assert Procedure.objects.count() == 9


def test_pages_that_change_while_they_are_read_lose_nothing_in_the_end(operator: Actor) -> None:
    """The newest first, and something new comes in at each page: everything moves on by one."""
    there = [release(n) for n in reversed(range(9))]

    def answer(asked: Asked) -> Says:
        start = (int(asked_for(asked)["page"]) - 1) * 3
        found = page(there[start : start + 3])
        if len(there) < 12:
            there.insert(0, release(len(there)))
        return found

    with Server(answer) as server:
        source = make(operator, server, "/r?page={page}&since={since}", paging="number", overlap_hours=24)
        pull(source)
        pull(source)
    assert len(titles()) == 12


def test_killed_in_the_midst_of_a_page_it_is_gone_on_with(operator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = pulling.Writer.take
    asked_times = iter([False, True])

    def die(self: Any, *args: Any, **said: Any) -> Any:
        if next(asked_times, False):
            raise ConnectionAbortedError
        return taken(self, *args, **said)

    with Server(linked(PAGES)) as server:
        source = make(operator, server, "/api")
        monkeypatch.setattr(pulling.Writer, "take", die)
        with pytest.raises(ConnectionAbortedError):
            pulling.pull(source_id=source.pk)
        assert len(titles()) == 3
        monkeypatch.setattr(pulling.Writer, "take", taken)
        assert pulling.pull(source_id=source.pk, is_stopping=lambda: True) == Later()
        assert pull(source) == []
        assert len(server.asked) == 3  # no page was asked for twice
    assert len(titles()) == 9
    assert NoticeImport.objects.get().state == "ended"


def test_addresses_inside_are_refused(operator: Actor, settings: Any) -> None:
    with Server(linked(PAGES)) as server:
        source = make(operator, server, "/api")
        settings.IMPORT_INSIDE = []
        assert pull(source) == []
        assert source.fault == "address_refused"  # plain http
        NoticeSource.objects.filter(pk=source.pk).update(url="https://127.0.0.1/x")
        assert pull(source) == []
        assert source.fault == "address_inside"
        assert server.asked == []


def test_what_is_said_of_a_source_is_checked(operator: Actor) -> None:
    good = {"name": "API", "url": "https://example.org/r?page={page}", "paging": "number"}
    for wrong, field in (
        ({"url": "ftp://example.org"}, "url"),
        ({"url": "https://example.org/{id}"}, "url"),
        ({"url": "https://example.org/r"}, "url"),
        ({"paging": "cursor", "url": "https://example.org/{cursor}"}, "cursor_path"),
        ({"every_minutes": 1}, "every_minutes"),
        ({"overlap_hours": 10_000}, "overlap_hours"),
        ({"name": " "}, "name"),
    ):
        with pytest.raises(Invalid) as refused:
            sources.make_source(actor=operator, said=sources.Said(**{**good, **wrong}))
        assert set(refused.value.fields) == {field}
    source = sources.make_source(actor=operator, said=sources.Said(**good, token="hush"))
    sources.change_source(actor=operator, source_id=source.pk, said=sources.Said(**good))
    source.refresh_from_db()
    assert source.token == "hush"
    sources.remove_source(actor=operator, source_id=source.pk)
    source.refresh_from_db()
    assert source.token == ""
    with pytest.raises(NotFound):
        sources.ask_now(actor=operator, source_id=source.pk)
    with pytest.raises(NotFound):
        sources.make_source(actor=people.actor_for(make_person(name="x")), said=sources.Said(**good))
    assert sources.start_due() == 0


@given(st.integers(1, 30), st.floats(0, 4000), st.floats(0, 1, exclude_max=True))
def test_waits_grow_and_are_never_shorter_than_asked(tries: int, asked: float, chance: float) -> None:
    wait = pulling.wait_after(tries, asked=asked, chance=chance)
    assert wait >= asked
    assert 5 <= wait <= 4000
