"""Tokens: made on a page or the command line, shown once, taken back."""

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from tests.factories import actor_of, make_company, make_person

from pazar.ground import clock
from pazar.ground.api import tokens
from pazar.ground.api.models import Token
from pazar.ground.api.tests.factories import bearer
from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity.models import Company, Membership, Person
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.journal.models import Payload

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return make_company("Кабел АД")


@pytest.fixture
def person(company: Company) -> Person:
    return make_person(company, Role.READER)


def test_a_token_is_made_shown_once_used_and_revoked(client: Client, person: Person, company: Company) -> None:
    client.force_login(person)
    said = {"name": "Склад", "company": str(company.pk), "days": "30", "scopes": ["person:read", "bids:read"]}
    page = client.post("/settings/tokens/", said)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    secret = re.search(r"pzt_[\w-]{43}", page.text).group()  # type: ignore[union-attr]
    again = client.get("/settings/tokens/").text
    assert secret not in again
    assert "Склад" in again

    program = Client()
    me = program.get("/api/v1/me", headers=bearer(secret)).json()
    assert (me["company_id"], me["roles"], me["scopes"]) == (str(company.pk), ["reader"], ["bids:read", "person:read"])
    token = Token.objects.get()
    assert token.expires_at is not None
    assert abs(token.expires_at - clock.db_now() - timedelta(days=30)) < timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text || encode(digest, 'escape') FROM api_token t")
        assert secret not in cursor.fetchone()[0]

    client.post(f"/settings/tokens/{token.pk}/revoke/")
    assert program.get("/api/v1/me", headers=bearer(secret)).json()["code"] == "token_revoked"
    kinds = [bytes(p.content).decode() for p in Payload.objects.order_by("entry_id")]
    assert ["token.created" in kinds[0], "token.revoked" in kinds[1], len(kinds)] == [True, True, 2]
    assert secret not in "".join(kinds)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["all:write"]}, {"days": "3"}])
def test_a_form_that_does_not_fit_makes_nothing(
    client: Client, person: Person, company: Company, wrong: dict[str, object]
) -> None:
    client.force_login(person)
    said = {"name": "x", "company": str(company.pk), "days": "30", "scopes": ["person:read"], **wrong}
    assert client.post("/settings/tokens/", said).status_code == 422
    assert not Token.objects.exists()


def test_only_for_oneself_for_a_company_of_ones_own_and_not_by_a_token(person: Person, company: Company) -> None:
    facts = {"name": "x", "scopes": ["person:read"], "company_id": company.pk, "expires_at": None}
    foreign = make_company()
    with pytest.raises(NotAllowed):
        tokens.create_token(actor=actor_of(make_person(company)), person=person, **facts)
    with pytest.raises(NotFound):
        tokens.create_token(actor=actor_of(person), person=person, **{**facts, "company_id": foreign.pk})
    from dataclasses import replace

    with pytest.raises(NotAllowed):
        tokens.create_token(actor=replace(actor_of(person), scopes=frozenset({"person:read"})), person=person, **facts)
    with pytest.raises(Invalid) as refused:
        tokens.create_token(
            actor=CENTRE,
            person=person,
            **{**facts, "name": " ", "scopes": [], "expires_at": clock.db_now() - timedelta(seconds=1)},
        )
    assert set(refused.value.fields) == {"name", "scopes", "expires_at"}
    token, _secret = tokens.create_token(actor=actor_of(person), person=person, **facts)
    with pytest.raises(NotFound):
        tokens.revoke_token(actor=actor_of(make_person(company)), token_id=token.pk)


def test_who_names_a_scope_that_isnt_there_is_told_those_that_are(person: Person) -> None:
    with pytest.raises(Invalid) as refused:
        tokens.create_token(
            actor=CENTRE, person=person, name="x", scopes=["all:write"], company_id=None, expires_at=None
        )
    told = str(refused.value.fields["scopes"])
    assert "all:write" in told
    assert "bids:read" in told


def test_tokens_are_not_without_end(person: Person, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    facts = {"person": person, "name": "x", "scopes": ["person:read"], "company_id": None, "expires_at": None}
    first, _secret = tokens.create_token(actor=CENTRE, **facts)
    tokens.create_token(actor=CENTRE, **facts)
    with pytest.raises(tokens.TooManyTokens):
        tokens.create_token(actor=CENTRE, **facts)
    tokens.revoke_token(actor=CENTRE, token_id=first.pk)
    tokens.create_token(actor=CENTRE, **facts)


@pytest.mark.django_db(transaction=True)
def test_the_command_line_makes_one(client: Client, person: Person, company: Company) -> None:
    from pazar.ground.api.cli import token as command

    run = CliRunner().invoke
    done = run(command, ["create", "--person", person.email.upper(), "--scope", "person:read", "--days", "7"])
    assert done.exit_code == 0, done.output
    secret = done.stdout.strip()
    assert client.get("/api/v1/me", headers=bearer(secret)).json()["company_name"] == "Кабел АД"
    assert run(command, ["revoke", str(Token.objects.get().pk)]).exit_code == 0
    assert client.get("/api/v1/me", headers=bearer(secret)).status_code == 401

    Membership.objects.create(person=person, company=make_company(), roles=["owner"])
    for wrong in (
        ["--person", "nobody@example.org", "--scope", "person:read"],
        ["--person", person.email, "--scope", "person:read"],
        ["--person", person.email, "--scope", "everything", "--company", f"bg:{company.number}"],
        ["--person", person.email, "--scope", "person:read", "--company", "BG:1"],
    ):
        assert run(command, ["create", *wrong]).exit_code == 2, wrong
    right = ["--person", person.email, "--scope", "bids:read", "--company", f"bg:{company.number}"]
    assert run(command, ["create", *right]).exit_code == 0


def test_a_problem_has_a_page_in_both_languages(client: Client) -> None:
    page = client.get("/problems/token_revoked")
    assert page.status_code == 200
    assert 'lang="en"><h2>This token was revoked.' in page.text
    assert 'lang="bg"><h2>' in page.text
    assert client.get("/problems/no_such_code").status_code == 404


def test_alive_and_ready(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz").json() == {"status": "ok"}
    said = client.get("/readyz")
    assert (said.status_code, said.json()["migrations"], said.json()["worker"]["status"]) == (200, "applied", "none")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes')")
    assert client.get("/readyz").json()["worker"] == {"status": "silent", "heartbeat_age_seconds": 300}
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert client.get("/readyz").json()["worker"]["status"] == "working"


def test_not_ready_without_a_migration_or_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from pazar.ground.api import health

    monkeypatch.setattr(health, "_known_migrations", lambda: frozenset({("api", "0999_of_tomorrow")}))
    said = client.get("/readyz")
    assert (said.status_code, said.json()["migrations"]) == (503, "missing")

    def gone() -> None:
        raise OperationalError

    monkeypatch.setattr(health, "_missing_migrations", gone)
    said = client.get("/readyz")
    assert (said.status_code, said.json()["database"]) == (503, "unreachable")
