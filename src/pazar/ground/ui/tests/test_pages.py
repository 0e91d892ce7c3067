"""The switches, the hall's registry, refusals and error pages, from outside."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.factories import make_company, make_person

from pazar.ground.errors import NotFound
from pazar.ground.ui import context, hall, pages
from pazar.ground.ui.middleware import Refusals


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(hall, "_ENTRIES", {})
    return


def entry(url_name: str = "ui:kit", **facts: object) -> hall.Entry:
    given = {"wing": "market", "order": 10, "label": "The kit", "icon": "home", "public": True} | facts
    return hall.Entry(url_name=url_name, **given)  # type: ignore[arg-type]


def request(path: str = "/kit/") -> HttpRequest:
    made = RequestFactory().get(path)
    made.request_id = "reference-of-the-request"
    made.resolver_match = None
    return made


def test_only_what_answers_is_shown(entries: None) -> None:
    hall.register(entry())
    hall.register(entry("nobody:answers"))
    hall.register(entry("ui:more", public=False))
    assert [e.url for e in hall.entries(request(), wing="market")] == ["/kit/"]


def test_registering_twice_shows_once(entries: None) -> None:
    hall.register(entry())
    hall.register(entry(order=5))
    assert len(hall.entries(request(), wing="market")) == 1


def test_current_entry_is_the_nearest(entries: None) -> None:
    hall.register(entry("ui:kit"))
    hall.register(entry("ui:more"))
    shell = context.Shell(request("/kit/part/"))
    assert [(link.url, link.current) for link in shell.nav] == [("/kit/", True), ("/more/", False)]


def test_counts_are_asked_for_the_wing_in_view_only(entries: None) -> None:
    asked = []
    hall.register(entry(count=lambda _r: asked.append("market") or 1))
    hall.register(entry("ui:more", wing="sales", count=lambda _r: asked.append("sales") or 1))
    shell = context.Shell(request())
    assert [link.count for link in shell.nav] == [1]
    assert [wing.key for wing in shell.wings] == ["market", "sales"]
    assert asked == ["market"]


@pytest.mark.django_db
def test_switches_come_back_and_nowhere_else(client: Client) -> None:
    answer = client.post("/language/", {"language": "bg", "next": "/kit/"})
    assert (answer.status_code, answer["Location"]) == (302, "/kit/")
    assert answer.cookies["django_language"].value == "bg"
    answer = client.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"
    assert client.get("/language/").status_code == 405
    page = client.get("/kit/")
    assert page["Content-Language"] == "bg"
    assert 'data-bs-theme="dark"' in page.content.decode()


@pytest.mark.django_db
def test_the_menu_of_languages_is_kept_with_who_is_logged_in(client: Client) -> None:
    person = make_person(language="en")
    client.force_login(person)
    client.post("/language/", {"language": "bg"})
    person.refresh_from_db()
    assert person.language == "bg"
    client.post("/language/", {"language": "xx"})
    person.refresh_from_db()
    assert person.language == "bg"


@pytest.mark.django_db
def test_unknown_language_changes_nothing(client: Client) -> None:
    assert "django_language" not in client.post("/language/", {"language": "xx"}).cookies


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "said"), [("en", "There is no such page."), ("bg", "Няма такава страница.")])
def test_error_page_speaks_the_language(client: Client, language: str, said: str) -> None:
    client.cookies["django_language"] = language
    page = client.get("/no-such-page/")
    assert page.status_code == 404
    assert said in page.content.decode()
    assert page["X-Request-ID"] in page.content.decode()


@pytest.mark.django_db
def test_form_without_its_mark_is_explained() -> None:
    page = Client(enforce_csrf_checks=True).post("/language/", {"language": "bg"})
    assert page.status_code == 403
    assert "open too long" in page.content.decode()


def test_broken_page_needs_nothing_and_speaks_both_languages() -> None:
    with translation.override("bg"):
        page = pages.server_error(request())
    text = page.content.decode()
    assert page.status_code == 500
    assert "reference-of-the-request" in text
    assert text.index("Нещо се повреди при нас.") < text.index("Something broke on our side.")


@pytest.mark.django_db
def test_refusal_becomes_a_page_and_a_bug_does_not(client: Client) -> None:
    middleware = Refusals(lambda _r: None)  # type: ignore[arg-type,return-value]
    made = client.get("/kit/").wsgi_request
    page = middleware.process_exception(made, NotFound())
    assert page is not None
    assert page.status_code == 404
    assert "There is nothing here by that name." in page.content.decode()
    assert middleware.process_exception(made, ValueError()) is None
    made.path = "/api/v1/things"
    assert middleware.process_exception(made, NotFound()) is None


@pytest.mark.django_db
def test_the_frame_costs_few_queries(client: Client) -> None:
    client.force_login(make_person(make_company()))
    client.get("/kit/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/kit/")
    # What sets the row security of the transaction is no read of a table.
    reads = [q["sql"] for q in asked if q["sql"].startswith("SELECT") and "_setting(" not in q["sql"]]
    reads = [sql for sql in reads if "set_config" not in sql]
    # session, person, memberships (again for the switch of companies), the centre's moment, unread messages
    assert len(reads) <= 6, "\n".join(reads)
