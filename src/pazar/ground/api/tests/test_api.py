"""What every endpoint shares, seen from outside."""

import json
import logging
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.factories import make_company, make_person

from pazar.ground import clock
from pazar.ground.api import idempotency
from pazar.ground.api.logs import Formatter
from pazar.ground.api.models import GivenAnswer, Token
from pazar.ground.api.tests import workshop
from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity.models import Company, Membership, Person
from pazar.ground.identity.rules.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("pazar.ground.api.tests.workshop")]


@pytest.fixture
def bidder() -> tuple[Person, Company]:
    company = make_company()
    return make_person(company, Role.TENDER_MANAGER), company


@pytest.fixture
def secret(bidder: tuple[Person, Company]) -> str:
    return make_token(*bidder)


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    said = json.loads(response.content)
    assert (said["status"], said["code"], said["type"]) == (status, code, f"/problems/{code}")
    assert said["instance"] == response["X-Request-ID"]
    assert said["title"]
    return said


def post(client: Client, secret: str, thing: object, key: str = "key-of-a-test", **headers: str) -> Any:
    return client.post(
        "/api/v1/things",
        json.dumps(thing),
        content_type="application/json",
        headers={**bearer(secret), "Idempotency-Key": key, **headers},
    )


# --- problems -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/break/404", 404, "not_found"),
        ("/api/v1/break/foreign", 404, "not_found"),
        ("/api/v1/break/late", 409, "workshop_too_late"),
        ("/api/v1/no/such/thing", 404, "not_found"),
        ("/api/v1/things", 405, "method_not_allowed"),
        ("/api/v1/companies?limit=900", 422, "invalid"),
        ("/api/v1/companies?cursor=AAAA", 400, "cursor_broken"),
        ("/api/v1/companies?cursor=%00", 400, "unreadable"),
    ],
)
def test_every_error_is_a_problem(client: Client, path: str, status: int, code: str) -> None:
    problem(client.get(path), status, code)


def test_a_refusal_says_what_why_and_what_to_do_in_the_language_asked_for(client: Client) -> None:
    said = problem(client.get("/api/v1/break/late"), 409, "workshop_too_late")
    assert (said["title"], said["detail"], said["remedy"]) == (
        "It is 7 o'clock.",
        "The shop closes earlier.",
        "Come tomorrow.",
    )
    bulgarian = client.get("/api/v1/break/foreign", headers={"Accept-Language": "bg"})
    assert (
        problem(bulgarian, 404, "not_found")["title"]
        != problem(client.get("/api/v1/break/foreign"), 404, "not_found")["title"]
    )


def test_a_bug_is_logged_and_not_shown(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    response = client.get("/api/v1/break/bug")
    problem(response, 500, "internal_error")
    assert b"canary-of-the-trace" not in response.content
    assert "RuntimeError" in caplog.text


def test_faulty_fields_are_all_named(client: Client, secret: str) -> None:
    said = problem(post(client, secret, {"price": "many"}), 422, "invalid")
    assert [(e["in"], e["pointer"], e["code"]) for e in said["errors"]] == [
        ("body", "#/name", "missing"),
        ("body", "#/price", "int_parsing"),
    ]
    said = problem(client.get("/api/v1/break/fields"), 422, "invalid")
    assert said["errors"][0]["pointer"] == "#/lots/0/price"


@pytest.mark.parametrize("body", ["{", '{"name": NaN}', '{"name": "\\u0000"}', '{"name": "\\ud800"}', "[" * 100_000])
def test_a_body_that_is_no_json_is_unreadable(client: Client, secret: str, body: str) -> None:
    headers = {**bearer(secret), "Idempotency-Key": "a-good-key"}
    problem(client.post("/api/v1/things", body, content_type="application/json", headers=headers), 400, "unreadable")


def test_another_type_of_body_is_refused(client: Client, secret: str) -> None:
    headers = {**bearer(secret), "Idempotency-Key": "a-good-key"}
    response = client.post("/api/v1/things", {"name": "x"}, headers=headers)
    problem(response, 415, "unsupported_media_type")


# --- tokens -------------------------------------------------------------------------------------


def test_a_token_acts_for_its_person_and_company(client: Client, bidder: tuple[Person, Company], secret: str) -> None:
    other = make_company("A company before")
    Membership.objects.create(person=bidder[0], company=other, roles=["owner"])
    assert client.get("/api/v1/scope", headers=bearer(secret)).json() == [str(bidder[1].pk), ""]
    assert client.get("/api/v1/scope").json() == ["", ""]


def test_without_a_token_nobody_writes(client: Client) -> None:
    response = client.post("/api/v1/things", "{}", content_type="application/json")
    problem(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"revoked_at": timedelta(seconds=-1)}, "token_revoked"),
        ({"expires_at": timedelta(seconds=-1)}, "token_expired"),
        ({"expires_at": timedelta(days=1)}, None),
    ],
)
def test_a_token_that_is_not_good_is_refused_with_the_reason(
    client: Client, bidder: tuple[Person, Company], facts: dict[str, timedelta], code: str | None
) -> None:
    secret = make_token(*bidder, **{name: clock.db_now() + delta for name, delta in facts.items()})
    response = client.get("/api/v1/companies", headers=bearer(secret))
    if code is None:
        assert response.status_code == 200
    else:
        problem(response, 401, code)


def test_an_unknown_token_is_refused_even_where_none_is_needed(client: Client) -> None:
    problem(client.get("/api/v1/companies", headers=bearer("pzt_nonsense")), 401, "token_unknown")
    problem(client.get("/api/v1/companies", headers={"Authorization": "Basic YTpi"}), 401, "unauthenticated")


def test_a_token_ends_with_its_membership(client: Client, bidder: tuple[Person, Company], secret: str) -> None:
    Membership.objects.create(person=bidder[0], company=make_company(), roles=["owner"])
    Membership.objects.filter(company=bidder[1]).update(is_active=False)
    problem(client.get("/api/v1/companies", headers=bearer(secret)), 401, "token_without_company")


def test_scope_and_role_are_both_needed(client: Client, bidder: tuple[Person, Company]) -> None:
    reader = make_person(bidder[1], Role.READER)
    assert post(client, make_token(*bidder, "bids:write"), {"name": "a"}).status_code == 201
    problem(post(client, make_token(*bidder, "bids:read"), {"name": "b"}, "another-key"), 403, "scope_missing")
    problem(post(client, make_token(reader, bidder[1]), {"name": "c"}), 403, "not_allowed")
    problem(post(client, make_token(bidder[0], None), {"name": "d"}, "third-key"), 403, "not_allowed")


def test_the_last_use_is_noted_once_a_minute(client: Client, secret: str) -> None:
    client.get("/api/v1/companies", headers=bearer(secret))
    first = Token.objects.get().last_used_at
    assert first is not None
    client.get("/api/v1/companies", headers=bearer(secret))
    assert Token.objects.get().last_used_at == first
    Token.objects.update(last_used_at=first - timedelta(minutes=2))
    client.get("/api/v1/companies", headers=bearer(secret))
    assert Token.objects.get().last_used_at >= first


def test_a_page_of_ours_calls_with_its_session_and_its_csrf_mark(bidder: tuple[Person, Company]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bidder[0])
    client.cookies["csrftoken"] = "a" * 32
    headers = {"Idempotency-Key": "key-of-a-page"}
    send = {"path": "/api/v1/things", "data": '{"name": "x"}', "content_type": "application/json"}
    problem(client.post(**send, headers=headers), 403, "csrf_failed")
    assert client.post(**send, headers={**headers, "X-CSRFToken": "a" * 32}).status_code == 201


# --- pages of lists -----------------------------------------------------------------------------


def test_following_next_gives_every_row_once(client: Client) -> None:
    names = ["б", "а", "а", "в", "г"]
    for name in names:
        make_company(name)
    address: str | None = "/api/v1/companies?limit=2"
    seen, pages = [], 0
    while address:
        said = client.get(address).json()
        assert len(said["items"]) <= 2
        seen += [item["id"] for item in said["items"]]
        address, pages = said["next"], pages + 1
    assert pages == 3
    assert seen == [str(c.pk) for c in Company.objects.order_by("name", "id")]


# --- once ---------------------------------------------------------------------------------------


def test_the_same_post_again_gets_the_first_answer(client: Client, secret: str) -> None:
    workshop.made.clear()
    first = post(client, secret, {"name": "cable"})
    again = post(client, secret, {"name": "cable"})
    assert (first.status_code, first.content) == (again.status_code, again.content) == (201, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert workshop.made == ["cable"]
    assert Company.objects.filter(name="cable").count() == 1


def test_a_refused_post_is_refused_again_and_left_nothing(client: Client, secret: str) -> None:
    workshop.made.clear()
    first = problem(post(client, secret, {"name": "late"}), 409, "workshop_too_late")
    assert json.loads(post(client, secret, {"name": "late"}).content) == first
    assert workshop.made == ["late"]


def test_another_request_under_the_key_is_refused(client: Client, secret: str) -> None:
    assert post(client, secret, {"name": "cable"}).status_code == 201
    problem(post(client, secret, {"name": "wire"}), 422, "idempotency_key_reused")
    assert post(client, secret, {"name": "wire"}, "another-key").status_code == 201


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "with a space", "с кирилица"])
def test_a_post_without_a_good_key_is_refused(client: Client, secret: str, key: str) -> None:
    problem(post(client, secret, {"name": "cable"}, key.encode().decode("latin-1")), 400, "idempotency_key_missing")
    assert not Company.objects.filter(name="cable").exists()


def test_one_persons_key_is_not_anothers(client: Client, bidder: tuple[Person, Company], secret: str) -> None:
    colleague = make_token(make_person(bidder[1], Role.OWNER), bidder[1])
    assert post(client, secret, {"name": "one"}).status_code == 201
    assert post(client, colleague, {"name": "two"}).json()["name"] == "two"


def test_a_bug_leaves_nothing_and_the_key_free(client: Client, secret: str) -> None:
    problem(post(client, secret, {"name": "bug"}), 500, "internal_error")
    assert not Company.objects.filter(name="bug").exists()
    assert not GivenAnswer.objects.exists()


def test_a_stored_answer_shows_no_price(client: Client, secret: str) -> None:
    assert post(client, secret, {"name": "x", "price": 918273645}).json()["price"] == 918273645
    with connection.cursor() as cursor:
        cursor.execute("SELECT a::text, encode(sealed_body, 'escape') FROM api_givenanswer a")
        row, content = cursor.fetchone()
    assert "918273645" not in row + content
    assert "price" not in content
    # The control: it is in there, for whoever has the key and sends the request again.
    assert post(client, secret, {"name": "x", "price": 918273645}).json()["price"] == 918273645


def test_old_answers_are_forgotten(client: Client, secret: str) -> None:
    assert post(client, secret, {"name": "old"}, "old-old-old").status_code == 201
    GivenAnswer.objects.update(made_at=clock.db_now() - timedelta(hours=49))
    assert post(client, secret, {"name": "new"}, "new-new-new").status_code == 201
    assert idempotency.forget_old_answers() == 1
    assert [given.key for given in GivenAnswer.objects.all()] == ["new-new-new"]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one(secret: str) -> None:
    workshop.made.clear()
    start = threading.Barrier(4)
    answers: list[tuple[int, bytes]] = []

    def send() -> None:
        start.wait()
        response = post(Client(), secret, {"name": "twin"}, "the-key-of-all")
        answers.append((response.status_code, response.content))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {(201, answers[0][1])}
    assert len(answers) == 4
    assert Company.objects.filter(name="twin").count() == 1
    assert workshop.made == ["twin"]


@pytest.mark.django_db(transaction=True)
def test_a_second_one_that_waits_too_long_is_told_so(
    client: Client, secret: str, bidder: tuple[Person, Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    monkeypatch.setattr(idempotency, "WAIT", "200ms")
    settings = connection.get_connection_params()
    with psycopg.connect(
        **{k: settings[k] for k in ("dbname", "user", "password", "host", "port") if settings.get(k)}
    ) as other:
        other.execute(
            "INSERT INTO api_givenanswer (person_id, key, request_digest, made_at) VALUES (%s, %s, %s, now())",
            [bidder[0].pk, "slow-slow-slow", b"x"],
        )
        problem(post(client, secret, {"name": "second"}, "slow-slow-slow"), 409, "in_progress")
        other.rollback()
    assert post(client, secret, {"name": "second"}, "slow-slow-slow").status_code == 201


# --- description and log ------------------------------------------------------------------------


def test_the_description_names_keys_scopes_and_problems(client: Client) -> None:
    said = client.get("/api/v1/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    operation = said["paths"]["/api/v1/things"]["post"]
    assert operation["security"] == [{"token": ["bids:write"]}, {"session": []}]
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"]
    assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    assert (
        "parameters" not in said["paths"]["/api/v1/scope"]["get"]
        or not said["paths"]["/api/v1/scope"]["get"]["parameters"]
    )


def test_the_log_names_the_request_and_no_secret(client: Client, secret: str, caplog: pytest.LogCaptureFixture) -> None:
    canary = f"canary{uuid.uuid4().hex}"
    client.cookies["sessionid"] = canary
    lines: list[str] = []
    handler = next(h for h in logging.root.handlers if isinstance(h.formatter, Formatter))
    caplog.handler.addFilter(handler.filters[0])
    with caplog.at_level(logging.DEBUG):
        post(client, secret, {"name": canary}, canary, **{"X-Request-ID": "balancer-000001"})
        client.get(f"/api/v1/companies?cursor={canary}", headers={"X-Request-ID": "not sane!"})
        client.get(f"/api/v1/break/{canary}", headers=bearer(secret))
        client.get("/api/v1/companies", headers=bearer(canary))
        client.get(f"/api/v1/quote?text={canary}")
        client.get(f"/no/{canary}?{canary}")
        lines += [handler.format(record) for record in caplog.records]
    ours = [line for line in map(json.loads, lines) if line["logger"] == "pazar.request"]
    assert [line["route"] for line in ours] == [
        "api/v1/things",
        "api/v1/companies",
        "api/v1/break/<how>",
        "api/v1/companies",
        "api/v1/quote",
        "",
    ]
    assert ours[0]["request_id"] == "balancer-000001"
    assert len(ours[1]["request_id"]) == 36
    told = "\n".join(lines)
    assert "workshop.py" in told, "the trace of the bug is there"
    assert "UniqueViolation 23505 identity_company identity_company_number_once" in told
    assert canary not in told
    assert secret not in told
