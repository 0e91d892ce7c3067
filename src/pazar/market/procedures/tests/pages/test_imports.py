"""The operator's pages of imports, and the same over the API."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests import loops
from tests.factories import make_person

from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.jobs.drain import drain
from pazar.market.procedures.models import NoticeImport, Procedure
from pazar.market.procedures.pages import imports as pages

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = {"ocid": "o-1", "id": "1", "date": "2024-01-01T00:00:00Z", "tender": {"title": "Тръби"}}
CONTENT = json.dumps({"releases": [GOOD, {"id": "2"}]}).encode()


@pytest.fixture
def operator() -> Person:
    return make_person(name="Operator", staff_roles=[StaffRole.OPERATOR])


@pytest.fixture
def browser(operator: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(operator)
    return client


def sent(name: str = "a.json", content: bytes = CONTENT) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _read(response: Any) -> bytes:
    async def all_of_it() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return loops.run(all_of_it())


def test_files_go_in_and_the_report_names_each_place(browser: Client) -> None:
    address = reverse("procedures:imports")
    assert "Nothing was imported yet" in browser.get(address).content.decode()
    answer = browser.post(address, {"sent": [sent(), sent("b.json", b"<html>")]})
    assert answer.status_code == 302
    assert "waits for the worker" in browser.get(answer["Location"]).content.decode()
    drain()
    page = browser.get(answer["Location"]).content.decode()
    assert "The import brought 1 notice that is new or changed" in page
    assert "release 2" in page
    assert "no-identity" in page
    assert "This is a web page and no data." in page
    report = browser.get(reverse("procedures:import_report", args=[NoticeImport.objects.get().pk, "csv"]))
    lines = _read(report).decode("utf-8-sig").splitlines()
    assert lines[0] == "File,Place,Field,Code,What is the matter"
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["a.json", "release 2", "ocid", "no-identity"],
        ["b.json", "", "", "html"],
    ]


def test_what_can_not_be_taken_in_is_said_in_sentences(browser: Client, settings: Any) -> None:
    settings.IMPORT_MOST_BYTES = 10
    answer = browser.post(reverse("procedures:imports"), {"sent": [sent()]})
    assert answer.status_code == 413
    assert "makes the import too large" in answer.content.decode()
    assert browser.post(reverse("procedures:imports"), {}).status_code == 422
    assert not NoticeImport.objects.exists()


def test_an_undo_is_said_twice(browser: Client) -> None:
    address = browser.post(reverse("procedures:imports"), {"sent": [sent()]})["Location"]
    drain()
    run = NoticeImport.objects.get()
    undo = reverse("procedures:import_undo", args=[run.pk])
    assert undo in browser.get(address).content.decode()
    assert "Undoing this import removes 1 procedure" in browser.get(undo).content.decode()
    assert browser.post(undo).status_code == 422
    drain()
    assert Procedure.objects.count() == 1
    assert browser.post(undo, {"sure": "yes"}).status_code == 302
    assert browser.post(undo, {"sure": "yes"}).status_code == 409
    drain()
    assert Procedure.objects.count() == 0
    page = browser.get(address).content.decode()
    assert "The import was undone" in page
    assert undo not in page


def test_the_stream_tells_what_the_page_shows_and_when_it_is_over(browser: Client) -> None:
    browser.post(reverse("procedures:imports"), {"sent": [sent()]})
    run = NoticeImport.objects.get()

    async def first(count: int) -> list[bytes]:
        events = pages._events(run.pk, "en")
        return [await anext(events) for _ in range(count)]

    assert "Waiting for the worker" in loops.run(first(2))[1].decode()
    drain()
    told = loops.run(first(3))
    assert b"2 read: 1 new, 0 changed, 0 known, 1 refused." in told[1]
    assert told[2] == b"event: over\ndata:\n\n"


def test_the_same_over_the_api(operator: Person) -> None:
    secret = make_token(operator, None, "imports:read", "imports:write")
    client = Client(headers=bearer(secret))
    began = client.post("/api/v1/imports", {"files": [sent()]}, headers={"Idempotency-Key": "import-000001"})
    assert began.status_code == 201, began.content
    address = f"/api/v1/imports/{began.json()['id']}"
    assert (began.json()["state"], began.json()["way"]) == ("waiting", "api")
    drain()
    whole = client.get(address).json()
    assert (whole["state"], whole["new"], whole["refused"], whole["share"]) == ("ended", 1, 1, 1)
    assert whole["parts"][0]["format"] == "ocds"
    (line,) = client.get(f"{address}/refusals").json()["items"]
    assert (line["file"], line["place"], line["code"]) == ("a.json", "release 2", "no-identity")
    assert client.get(f"{address}/undo").json() == {"removed": 1, "set_back": 0, "kept": {}}
    assert client.post(f"{address}/undo", headers={"Idempotency-Key": "import-000002"}).status_code == 202
    drain()
    assert client.get(address).json()["removed"] == 1
    assert client.get(f"{address}/kept").json()["items"] == []
    assert [one["state"] for one in client.get("/api/v1/imports").json()["items"]] == ["undone"]


def test_a_token_is_an_operator_for_imports_alone_and_while_he_is_one(operator: Person) -> None:
    secret = make_token(operator, None, "imports:read")
    client = Client(headers=bearer(secret))
    assert client.get("/api/v1/imports").status_code == 200
    Person.objects.filter(pk=operator.pk).update(staff_roles=[])
    assert client.get("/api/v1/imports").status_code == 404
