"""The desk's lists as files: their own company's rows, and the journal notes who took them along (B12)."""

import csv
import io
import json

import pytest
from django.test import Client
from tests.factories import actor_of, make_company, make_person
from tests.loops import run
from tests.sales import matched

from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.journal.models import Payload
from pazar.sales.channels import commands as channels
from pazar.sales.channels.models import Opportunity
from pazar.sales.pipeline import commands

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return make_company("Кабел Балкани АД")


@pytest.fixture
def manager(desk):
    return make_person(desk, Role.SALES_MANAGER, name="=Мария", language="en")


def come(company, **facts) -> Opportunity:
    event = matched(company, **facts)
    channels.note_opportunities(event)
    with acting(CENTRE):
        return Opportunity.objects.get(procedure_id=event.procedure_id, company=company)


def taken_along(person, path: str) -> list[dict[str, str]]:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    answer = client.get(path)
    assert answer.status_code == 200

    async def read() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return list(csv.DictReader(io.StringIO(run(read()).decode("utf-8-sig"), newline="")))


def noted() -> list[dict[str, object]]:
    found = [json.loads(bytes(content)) for content in Payload.objects.values_list("content", flat=True)]
    return [one["facts"] for one in found if one["kind"] == "list.exported"]


def test_opportunities_are_taken_along_with_their_reasons(desk, manager):
    come(desk, title="=Кабели")
    come(make_company("Друга фирма"), title="Чужда")
    (row,) = taken_along(manager, "/sales/inbox/list.csv")
    assert (row["Procedure"], row["Estimated value"], row["Currency"]) == ("'=Кабели", "120000.0000", "EUR")
    assert "кабели" in row["Why it fits"]
    assert taken_along(manager, "/sales/inbox/list.csv?show=settled") == []
    assert noted() == [
        {"list": "opportunities", "form": "csv", "lines": 1},
        {"list": "opportunities", "form": "csv", "lines": 0},
    ]


def test_deals_are_taken_along_as_the_list_is_narrowed(desk, manager):
    actor = actor_of(manager, desk)
    lead = channels.take_up(actor=actor, opportunity_id=come(desk).pk, manager_id=manager.pk)
    commands.make_deal(actor=actor, lead_id=lead.pk)
    (row,) = taken_along(manager, "/sales/deals/list.csv?mine=1")
    assert (row["Deal"], row["Account"], row["Manager"]) == ("Доставка на кабели НН", "Община Речна", "'=Мария")
    assert taken_along(manager, "/sales/deals/list.csv?stage=won") == []
    stranger = make_person(make_company(), Role.SALES_MANAGER, language="en")
    assert taken_along(stranger, "/sales/deals/list.csv?stage=all") == []
    assert [one["lines"] for one in noted()] == [1, 0, 0]


def test_a_form_nobody_knows_is_not_found_and_nothing_is_noted(manager):
    client = Client()
    client.force_login(manager)
    assert client.get("/sales/deals/list.doc").status_code == 404
    assert noted() == []
