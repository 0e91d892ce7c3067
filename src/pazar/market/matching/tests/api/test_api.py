import itertools
import json
from decimal import Decimal

import pytest
from django.test import Client
from tests.factories import make_actor, make_company

from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity.models import Company, Person
from pazar.ground.identity.rules.roles import Role
from pazar.market.matching.commands import match
from pazar.market.matching.models import Interest, Match
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests.factories import make_interest, store_procedure

pytestmark = pytest.mark.django_db
_keys = itertools.count()
CABLES = {"name": "Cables", "cpv": ["31300000-9"], "words_any": ["кабели"], "value_max": "2000000.00"}


@pytest.fixture
def supplier():
    return make_actor(Role.TENDER_MANAGER)


def ask(actor, method, path, body=None, language="en"):
    token = make_token(Person.objects.get(pk=actor.person_id), Company.objects.get(pk=actor.company_id))
    headers = bearer(token) | {"Idempotency-Key": f"key-{next(_keys):08}", "Accept-Language": language}
    said = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(Client(), method)(f"/api/v1{path}", headers=headers, **said)


def matched(title="Cables"):
    procedure = store_procedure(
        LotFacts(buyer_id=make_company().pk, cpv=("31321000",), lemmas=frozenset({"кабел"})), title=title
    )
    match.match_procedure(procedure_id=procedure.pk)
    return procedure


def test_an_interest_is_made_read_changed_and_removed(supplier):
    made = ask(supplier, "post", "/interests", CABLES)
    assert made.status_code == 201
    one = f"/interests/{made.json()['id']}"
    read = ask(supplier, "get", one).json()
    assert (read["cpv"], read["words_any"], read["version"]) == (["31300000"], ["кабели"], 1)
    changed = ask(supplier, "put", one, CABLES | {"regions": ["BG4"]}).json()
    assert (changed["regions"], changed["version"]) == (["BG4"], 2)
    assert [row["id"] for row in ask(supplier, "get", "/interests").json()["items"]] == [made.json()["id"]]
    assert ask(supplier, "delete", one).status_code == 204
    assert not Interest.objects.exists()


def test_faults_are_problems_with_their_fields(supplier):
    wrong = ask(supplier, "post", "/interests", {"name": "", "value_min": "5", "value_max": "1"})
    assert wrong.status_code == 422
    assert wrong["Content-Type"] == "application/problem+json"
    unknown = ask(supplier, "post", "/interests", CABLES | {"cpv": ["31300000-1"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_codes")
    assert not Interest.objects.exists()


def test_matches_come_newest_first_with_their_reason_in_the_language_asked_for(supplier):
    make_interest(supplier, words_any="кабели")
    first, second = matched("First"), matched("Second")
    page = ask(supplier, "get", "/matches?limit=1").json()
    assert [row["procedure"] for row in page["items"]] == [str(second.pk)]
    assert page["items"][0]["categories"] == [{"code": "31321000", "asked": "31300000"}]
    assert page["items"][0]["words"] == ["кабели"]
    following = ask(supplier, "get", page["next"].removeprefix("/api/v1"), language="bg").json()
    assert [row["procedure"] for row in following["items"]] == [str(first.pk)]
    assert "дума кабели" in following["items"][0]["reason"]
    assert following["next"] is None


def test_a_match_is_dismissed_and_restored(supplier):
    make_interest(supplier)
    procedure = matched()
    assert ask(supplier, "post", f"/matches/{procedure.pk}/dismiss", {"why": "Too small"}).status_code == 204
    assert Match.objects.get().dismissed_why == "Too small"
    assert ask(supplier, "get", "/matches").json()["items"] == []
    assert len(ask(supplier, "get", "/matches?dismissed=true").json()["items"]) == 1
    assert ask(supplier, "post", f"/matches/{procedure.pk}/restore").status_code == 204
    assert Match.objects.get().dismissed_at is None


def test_a_preview_counts_and_saves_nothing(supplier):
    matched()
    found = ask(supplier, "post", "/interests/preview", CABLES).json()
    assert (found["count"], found["open_now"], found["breadth"]) == (1, 1, "narrow")
    assert not Interest.objects.exists()


def test_a_match_has_the_sum_of_the_lots_where_the_whole_states_no_value(supplier):
    make_interest(supplier)
    lot = LotFacts(buyer_id=make_company().pk, cpv=("31321000",), value_amount=Decimal(250), currency="EUR")
    procedure = store_procedure(lot, lot, currency="EUR")
    match.match_procedure(procedure_id=procedure.pk)
    values = {row["value_amount"] for row in ask(supplier, "get", "/matches").json()["items"]}
    assert {Decimal(value) for value in values} == {Decimal(500)}


def test_regimes_and_unwanted_buyers_over_the_api():
    actor = make_actor(Role.TENDER_MANAGER)
    secret = make_token(Person.objects.get(pk=actor.person_id), Company.objects.get(pk=actor.company_id))
    said = {"name": "Cables", "cpv": ["31300000"], "regimes": ["commercial"], "buyers_none": ["някой"]}
    client = Client()

    def send(method, path, body, key=""):
        headers = bearer(secret) | ({"Idempotency-Key": key} if key else {})
        return getattr(client, method)(path, body, content_type="application/json", headers=headers)

    made = send("post", "/api/v1/interests", said, key="make-an-interest").json()
    assert (made["regimes"], made["buyers_none"]) == (["commercial"], ["някой"])
    path = f"/api/v1/interests/{made['id']}"
    kept = send("put", path, {"name": "Cables", "cpv": ["31300000"]}).json()
    assert (kept["regimes"], kept["buyers_none"]) == (["commercial"], ["някой"])
    freed = send("put", path, {"name": "Cables", "cpv": ["31300000"], "regimes": [], "buyers_none": []}).json()
    assert (freed["regimes"], freed["buyers_none"]) == ([], [])
    refused = send("put", path, {"name": "Cables", "cpv": ["31300000"], "regimes": ["martial"]})
    assert (refused.status_code, "regimes" in refused.content.decode()) == (422, True)
