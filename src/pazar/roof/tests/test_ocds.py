import json
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from tests.factories import make_actor

from pazar.market.procedures import queries
from pazar.market.procedures.commands import cancel, change, documents, enquiries
from pazar.market.procedures.commands.publish import publish_procedure
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import make_buyer, make_draft, make_procedure

pytestmark = pytest.mark.django_db


def read(path):
    answer = Client().get(path)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content, parse_float=Decimal)


@pytest.fixture
def buyer():
    return make_buyer()


def test_a_procedure_as_a_release_package(buyer):
    draft = make_draft(buyer, value_amount=Decimal("40000.55"))
    documents.attach(actor=buyer, procedure_id=draft.pk, name="a.pdf", stream=BytesIO(b"%PDF-1.7"))
    procedure = publish_procedure(actor=buyer, procedure_id=draft.pk)
    supplier = make_actor()
    asked = enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="Медни?")
    enquiries.ask(actor=supplier, procedure_id=procedure.pk, question="Без отговор?")
    enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer="Да")
    from dataclasses import replace

    change.change_procedure(
        actor=buyer,
        procedure_id=procedure.pk,
        facts=replace(queries.facts(procedure), title="Кабели и муфти"),
        reason="Пропуск",
    )
    # As people type it, without the ending, by its reference or its id.
    for typed in (procedure.reference, f"{procedure.reference}/", f"{procedure.pk}/"):
        answer = Client().get(f"/ocds/{typed}")
        assert (answer.status_code, answer["Location"]) == (302, f"/ocds/{procedure.reference}.json")
    package = read(f"/ocds/{procedure.reference}.json")
    assert package == {**read(f"/ocds/{procedure.pk}.json"), "publishedDate": package["publishedDate"]}
    assert (package["version"], package["uri"]) == ("1.1", f"http://testserver/ocds/{procedure.reference}.json")
    (release,) = package["releases"]
    tender = release["tender"]
    assert release["ocid"].endswith(procedure.reference)
    assert release["tag"] == ["tender", "tenderUpdate"]
    assert (tender["status"], tender["title"]) == ("active", "Кабели и муфти")
    assert tender["value"] == {"amount": Decimal("40000.55"), "currency": "EUR"}
    assert [item["relatedLot"] for item in tender["items"]] == [lot["id"] for lot in tender["lots"]]
    assert tender["items"][0]["classification"] == {"scheme": "CPV", "id": "31321000"}
    assert [(e["description"], e["answer"]) for e in tender["enquiries"]] == [("Медни?", "Да")]
    assert [a["rationale"] for a in tender["amendments"]] == ["Пропуск"]
    assert tender["documents"][0]["url"].startswith("http://testserver/market/procedures/")
    assert tender["documents"][0]["format"] == "application/pdf"
    text = json.dumps(package, default=str)
    assert str(supplier.company_id) not in text
    assert supplier.company_name not in text
    assert not {"bids", "awards"} & release.keys()
    assert "tenderers" not in text


def test_the_list_holds_every_published_one_and_no_draft(buyer):
    make_draft(buyer)
    made = [make_procedure(buyer).reference for _ in range(3)]
    cancel.cancel_procedure(actor=buyer, procedure_id=Procedure.objects.get(reference=made[0]).pk, reason="x")
    package = read("/ocds/")
    assert [release["ocid"][-len(made[0]) :] for release in package["releases"]] == made[::-1]
    assert package["releases"][-1]["tender"]["status"] == "cancelled"
    assert "tenderCancellation" in package["releases"][-1]["tag"]


def test_drafts_and_outside_procedures_are_not_ours_to_export(buyer):
    draft = make_draft(buyer)
    for named in (str(draft.pk), "PZ-2026-999999", "nothing"):
        assert Client().get(f"/ocds/{named}.json").status_code == 404
        assert Client().get(f"/ocds/{named}/").status_code == 404
