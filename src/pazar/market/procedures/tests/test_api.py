import itertools
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity.models import Company, Person
from pazar.market.procedures import queries
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import make_buyer, make_draft, make_procedure

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/procedures"
keys = itertools.count()


class Caller:
    """Somebody's software."""

    def __init__(self, actor=None, *scopes):
        self.headers = {"Accept-Language": "en"}
        if actor is not None:
            person, company = Person.objects.get(pk=actor.person_id), Company.objects.get(pk=actor.company_id)
            self.headers |= bearer(make_token(person, company, *scopes))

    def __call__(self, method, path, body=None, status=200, **files):
        headers = {**self.headers, "Idempotency-Key": f"key-of-a-test-{next(keys)}"}
        if files:
            answer = Client().post(ROOT + path, {**body, **files}, headers=headers)
        else:
            content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
            answer = getattr(Client(), method)(ROOT + path, headers=headers, **content)
        assert answer.status_code == status, answer.content
        if not answer.streaming and answer.content and "json" in answer.get("Content-Type", ""):
            return answer.json()
        return b"".join(answer.streaming_content) if answer.streaming else answer.content


WANTED = {
    "kind": "open_tender",
    "regime": "commercial",
    "title": "Доставка на кабели",
    "currency": "EUR",
    "lots": [
        {
            "title": "Кабели",
            "cpv": ["31321000"],
            "value_amount": "40000.50",
            "items": [{"description": "NYM-J", "quantity": "500", "unit": "MTR"}],
        }
    ],
}


def in_days(days):
    return (clock.db_now() + timedelta(days=days)).isoformat()


def test_the_whole_way_of_a_procedure():
    buyer, anybody = Caller(make_buyer()), Caller()
    draft = buyer("post", "", WANTED, 201)
    here = f"/{draft['id']}"
    assert (draft["state"], draft["reference"], draft["lots"][0]["value_amount"]) == ("draft", "", "40000.5")
    anybody("get", here, status=404)
    assert [breach["rule"] for breach in buyer("get", f"{here}/check")] == ["deadline_missing"]
    edited = buyer("patch", here, {"closes_at": in_days(9)})
    assert edited["lots"] == draft["lots"]
    file = SimpleUploadedFile("Договор.pdf", b"%PDF-1.7")
    document = buyer("post", f"{here}/documents", {"title": "Проект"}, 201, file=file)
    gone = buyer("post", f"{here}/documents", {}, 201, file=SimpleUploadedFile("x.pdf", b"%PDF-1.7 x"))
    buyer("delete", f"{here}/documents/{gone['id']}", status=204)
    published = buyer("post", f"{here}/publish")
    assert (published["state"], published["version"]) == ("published", 1)
    assert anybody("get", document["content"].removeprefix(ROOT)) == b"%PDF-1.7"

    supplier = Caller(make_actor())
    asked = supplier("post", f"{here}/enquiries", {"question": "Медни?"}, 201)
    assert anybody("get", f"{here}/enquiries") == []
    buyer("post", f"{here}/enquiries/{asked['id']}/answer", {"answer": "Да"})
    (told,) = anybody("get", f"{here}/enquiries")
    assert (told["answer"], told["is_mine"]) == ("Да", False)
    assert supplier("get", f"{here}/enquiries")[0]["is_mine"]

    changed = buyer("post", f"{here}/change", {"reason": "Уточнение", "procedure": {"title": "Кабели и муфти"}})
    assert (changed["version"], changed["title"]) == (2, "Кабели и муфти")
    assert [version["number"] for version in anybody("get", f"{here}/versions")] == [2, 1]
    assert [row["title"] for row in anybody("get", "?q=кабел")["items"]] == ["Кабели и муфти"]
    assert buyer("post", f"{here}/cancel", {"reason": "Няма средства"})["end_reason"] == "Няма средства"
    assert anybody("get", "")["items"] == []
    assert [row["state"] for row in anybody("get", "?only_open=false")["items"]] == ["cancelled"]
    assert [row["state"] for row in buyer("get", "/mine")["items"]] == ["cancelled"]


def test_a_refusal_names_every_rule_at_its_field():
    buyer = Caller(make_buyer())
    draft = buyer("post", "", {**WANTED, "title": "", "closes_at": in_days(1)}, 201)
    problem = buyer("post", f"/{draft['id']}/publish", status=422)
    assert problem["code"] == "regime_broken"
    assert "The tender period is too short." in json.dumps(problem)
    buyer("post", "", {"lots": [{"cpv": ["00000001"]}]}, 422)
    buyer("post", "", {"closes_at": "0001-01-01T00:00:00Z"}, 422)
    assert Procedure.objects.count() == 1


def test_putting_is_whole_and_removing_is_for_good():
    actor = make_buyer()
    buyer, draft = Caller(actor), make_draft(actor)
    whole = buyer("put", f"/{draft.pk}", {"title": "Само заглавие"})
    assert (whole["lots"], whole["kind"], whole["title"]) == ([], "", "Само заглавие")
    buyer("delete", f"/{draft.pk}", status=204)
    buyer("get", f"/{draft.pk}", status=404)


def test_a_file_sent_twice_under_one_key_is_attached_once():
    actor = make_buyer()
    draft = make_draft(actor)
    person, company = Person.objects.get(pk=actor.person_id), Company.objects.get(pk=actor.company_id)
    headers = {**bearer(make_token(person, company)), "Idempotency-Key": "key-of-one-file"}

    def send(content):
        form = {"title": "Проект", "file": SimpleUploadedFile("a.pdf", content)}
        return Client().post(f"{ROOT}/{draft.pk}/documents", form, headers=headers)

    first, again, other = send(b"%PDF-1"), send(b"%PDF-1"), send(b"%PDF-2")
    assert (first.status_code, again.json()) == (201, first.json())
    assert other.json()["code"] == "idempotency_key_reused"
    assert len(queries.documents(draft)) == 1


def test_a_draft_is_read_in_the_companys_name_only():
    actor = make_buyer()
    draft = make_draft(actor)
    Caller(actor)("get", f"/{draft.pk}")
    assert Caller(actor, "bids:read")("get", f"/{draft.pk}", status=403)["code"] == "scope_missing"
    Caller(make_buyer())("get", f"/{draft.pk}", status=404)


def test_an_answer_belongs_to_the_procedure_it_is_sent_to():
    actor = make_buyer()
    one, other = make_procedure(actor), make_procedure(actor)
    asked = Caller(make_actor())("post", f"/{one.pk}/enquiries", {"question": "?"}, 201)
    Caller(actor)("post", f"/{other.pk}/enquiries/{asked['id']}/answer", {"answer": "!"}, 404)


def test_the_list_goes_on_by_cursor():
    buyer = make_buyer()
    made = {str(make_procedure(buyer, title=f"Кабел {n}").pk) for n in range(5)}
    seen, path = [], "?limit=2"
    while path:
        answer = Caller()("get", path)
        seen += [row["id"] for row in answer["items"]]
        path = answer["next"].removeprefix(ROOT) if answer["next"] else ""
    assert len(seen) == 5
    assert set(seen) == made
    assert queries.open_count(clock.db_now()) == 5
