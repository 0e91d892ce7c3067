"""Open data: valid by the release schema of OCDS 1.1, and read back by our own reader as what was published.

What the standard demands is written down here from its schema: required fields, codelists, formats.
"""

import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from tests.factories import make_company

from pazar.ground.identity.rules.roles import Role
from pazar.market.awards.commands import exclude
from pazar.market.awards.tests.factories import make_opened
from pazar.market.bids.commands import opening
from pazar.market.bids.tests.bidding import make_bidder, make_submitted, pass_deadline
from pazar.market.procedures import queries
from pazar.market.procedures.adapters.ocds import OcdsReader
from pazar.market.procedures.adapters.reader import Place
from pazar.market.procedures.commands import cancel, change, enquiries
from pazar.market.procedures.rules.notice import Amount, Notice, join
from pazar.market.procedures.tests.factories import LOT, make_buyer, make_procedure

pytestmark = pytest.mark.django_db

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TAGS = {"tender", "tenderAmendment", "tenderUpdate", "tenderCancellation", "award", "awardUpdate"}
TENDER_STATUS = {"planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"}
AWARD_STATUS = {"pending", "active", "cancelled", "unsuccessful"}
METHODS = {"open", "selective", "limited", "direct"}
CATEGORIES = {"goods", "works", "services"}
CRITERIA = {"priceOnly", "costOnly", "qualityOnly", "ratedCriteria"}
SUBMISSION = {"electronicAuction", "electronicSubmission", "written", "inPerson"}
ROLES = {"buyer", "procuringEntity", "supplier", "tenderer"}
MEASURES = {"requests", "bids", "validBids", "bidders", "qualifiedBidders"}


def package_of(procedure, client=None) -> dict:
    answer = (client or Client()).get(f"/ocds/{procedure.reference}.json")
    assert answer.status_code == 200, answer
    assert answer["Content-Type"].startswith("application/json")
    return json.loads(answer.content, parse_float=Decimal)


def assert_valid(package: dict) -> None:
    assert set(package) >= {"uri", "publisher", "publishedDate", "releases", "version"}
    assert package["version"] == "1.1"
    assert package["publisher"]["name"]
    assert MOMENT.fullmatch(package["publishedDate"])
    ids = [release["id"] for release in package["releases"]]
    assert len(set(ids)) == len(ids) > 0
    for release in package["releases"]:
        assert_release(release)
        assert release["date"] <= package["publishedDate"]


def assert_release(release: dict) -> None:
    assert set(release) >= {"ocid", "id", "date", "tag", "initiationType"}
    assert re.fullmatch(r"ocds-[a-z0-9]{6}-\S+", release["ocid"])
    assert "#" not in release["id"]
    assert MOMENT.fullmatch(release["date"])
    assert release["tag"] and set(release["tag"]) <= TAGS
    assert release["initiationType"] == "tender"
    assert re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", release["language"])
    parties = {party["id"]: party for party in release["parties"]}
    assert len(parties) == len(release["parties"])
    for party in parties.values():
        assert party["name"] and party["roles"] and set(party["roles"]) <= ROLES
    assert "buyer" in parties[release["buyer"]["id"]]["roles"]
    assert_tender(release["tender"])
    for award in release.get("awards", []):
        assert award["id"] and award["status"] in AWARD_STATUS
        assert MOMENT.fullmatch(award["date"])
        for supplier in award.get("suppliers", []):
            assert "supplier" in parties[supplier["id"]]["roles"]
        assert_value(award.get("value"))
    for figure in release.get("bids", {}).get("statistics", []):
        assert figure["id"] and figure["measure"] in MEASURES and isinstance(figure["value"], int)


def assert_tender(tender: dict) -> None:
    assert tender["id"]
    assert tender["status"] in TENDER_STATUS
    for name, codes in (
        ("procurementMethod", METHODS),
        ("mainProcurementCategory", CATEGORIES),
        ("awardCriteria", CRITERIA),
    ):
        assert tender.get(name) in codes | {None}
    assert set(tender.get("submissionMethod", [])) <= SUBMISSION
    assert_value(tender.get("value"))
    for name in ("tenderPeriod", "enquiryPeriod"):
        for end in tender.get(name, {}).values():
            assert MOMENT.fullmatch(end)
    lots = [lot["id"] for lot in tender.get("lots", [])]
    assert len(set(lots)) == len(lots)
    items = [item["id"] for item in tender.get("items", [])]
    assert len(set(items)) == len(items)
    for item in tender.get("items", []):
        assert item["relatedLot"] in lots
        assert isinstance(item["quantity"], int | Decimal)
    for document in tender.get("documents", []):
        assert document["id"] and document["url"].startswith("http")
    for amendment in tender.get("amendments", []):
        assert MOMENT.fullmatch(amendment["date"])


def assert_value(value) -> None:
    if value is not None:
        assert isinstance(value["amount"], int | Decimal)
        assert re.fullmatch(r"[A-Z]{3}", value["currency"])


def read_back(package: dict, raw: bytes) -> Notice:
    assert OcdsReader().sniff(raw[:4096], "x.json")
    found = [thing for _place, thing in OcdsReader().read(BytesIO(raw), Place("x.json"))]
    assert all(isinstance(thing, Notice) for thing in found), found
    assert len(found) == len(package["releases"])
    return join(found)


def raw_of(procedure) -> bytes:
    return Client().get(f"/ocds/{procedure.reference}.json").content


def test_a_published_procedure_is_valid_and_read_back_as_itself():
    pipe = replace(LOT.items[0], description="Тръба", cpv="44163000")
    second = replace(
        LOT, title="Тръби", cpv=("44163000", "44160000"), value_amount=Decimal("12345678901.4567"), items=(pipe,)
    )
    procedure = make_procedure(lots=(LOT, second), requirements="ISO 9001")
    package = package_of(procedure)
    assert_valid(package)
    (release,) = package["releases"]
    assert "awards" not in release and "bids" not in release

    notice = read_back(package, raw_of(procedure))
    assert notice.source_id == release["ocid"]
    assert notice.title == "Доставка на кабели"
    assert notice.deadline == procedure.closes_at.replace(microsecond=0)
    assert notice.value == Amount(Decimal("12345718901.4567"), "EUR")
    assert [lot.title for lot in notice.lots] == ["Кабели", "Тръби"]
    assert notice.lots[0].cpv == ("31321000",)
    assert notice.lots[1].cpv == ("44163000", "44160000")
    assert [lot.value for lot in notice.lots] == [
        Amount(Decimal(40000), "EUR"),
        Amount(Decimal("12345678901.4567"), "EUR"),
    ]
    assert notice.lots[0].items[0].quantity == Decimal(500)
    assert notice.lots[0].items[0].unit == "MTR"
    assert notice.buyer.name == procedure.buyer.name
    assert (notice.buyer.number, notice.buyer.country) == (procedure.buyer.number, "BG")
    assert notice.language == "bg"
    assert not notice.remarks


def test_a_release_has_another_id_when_it_says_something_else():
    procedure = make_procedure(buyer := make_buyer())
    (before,) = package_of(procedure)["releases"]
    assert package_of(procedure)["releases"] == [before]
    asked = enquiries.ask(actor=make_bidder(Role.OWNER), procedure_id=procedure.pk, question="Медни ли са?")
    enquiries.answer(actor=buyer, enquiry_id=asked.pk, answer="Да.")
    (answered,) = package_of(procedure)["releases"]
    assert answered["ocid"] == before["ocid"] and answered["id"] != before["id"]
    later = procedure.closes_at + timedelta(days=5)
    change.change_procedure(
        actor=buyer,
        procedure_id=procedure.pk,
        facts=replace(queries.facts(procedure), closes_at=later, title="Доставка на кабели и муфи"),
        reason="Добавени муфи.",
    )
    package = package_of(procedure)
    assert_valid(package)
    (changed,) = package["releases"]
    assert len({one["id"] for one in (before, answered, changed)}) == 3
    assert changed["tender"]["amendments"][0]["rationale"] == "Добавени муфи."
    notice = read_back(package, raw_of(procedure))
    assert (notice.title, notice.deadline) == ("Доставка на кабели и муфи", later.replace(microsecond=0))


def test_how_many_bid_is_not_said_before_the_opening():
    procedure = make_procedure(buyer := make_buyer())
    before = package_of(procedure)["releases"]
    make_submitted(procedure, make_bidder(company=make_company("Secret Bidder Ltd")))
    pass_deadline(procedure)
    assert package_of(procedure)["releases"] == before
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    package = package_of(procedure)
    assert_valid(package)
    (opened,) = package["releases"]
    assert opened["tender"]["numberOfTenderers"] == 1
    lot = opened["tender"]["lots"][0]["id"]
    assert [(one["measure"], one["value"], one.get("relatedLot")) for one in opened["bids"]["statistics"]] == [
        ("bidders", 1, None),
        ("bids", 1, lot),
    ]
    assert "Secret Bidder Ltd" not in json.dumps(package, default=str)
    assert "6250" not in json.dumps(package, default=str)


def test_an_award_names_the_winners_alone():
    bidders = [make_bidder(company=make_company(name)) for name in ("Loser Ltd", "Победител ООД")]
    case = make_opened("12.50", "11.999", bidders=bidders, lots=(LOT, LOT))
    second = case.comparison.lots[1].lot
    for receipt in case.receipts:
        exclude.set_aside(
            actor=case.buyer,
            procedure_id=case.procedure.pk,
            lot_id=second.pk,
            bid_id=receipt.bid_id,
            reason="Not what was asked for.",
        )
    case.award(reason="Най-ниска цена.")
    package = package_of(case.procedure)
    assert_valid(package)
    (awarded,) = package["releases"]
    assert "award" in awarded["tag"]
    assert awarded["tender"]["status"] == "complete"
    assert [lot["status"] for lot in awarded["tender"]["lots"]] == ["complete", "unsuccessful"]
    assert [award["status"] for award in awarded["awards"]] == ["active", "unsuccessful"]
    assert awarded["awards"][0]["value"] == {"amount": Decimal("5999.5"), "currency": "EUR"}
    assert "Loser Ltd" not in json.dumps(package, ensure_ascii=False, default=str)

    notice = read_back(package, raw_of(case.procedure))
    assert notice.title == "Доставка на кабели"
    first, none = notice.awards
    assert first.lot_numbers == (notice.lots[0].number,)
    assert [supplier.name for supplier in first.suppliers] == ["Победител ООД"]
    assert first.suppliers[0].number == str(company_of(bidders[1]).number)
    assert first.value == Amount(Decimal("5999.5"), "EUR")
    assert first.decided_on is not None
    assert (none.status, none.suppliers, none.value) == ("unsuccessful", (), None)
    assert notice.tenderers_count == 2


def company_of(actor):
    from pazar.ground.identity.models import Company

    return Company.objects.get(pk=actor.company_id)


def test_a_procedure_without_bids_ends_unsuccessful():
    case = make_opened()
    case.award()
    package = package_of(case.procedure)
    assert_valid(package)
    assert package["releases"][-1]["tender"]["status"] == "unsuccessful"
    assert package["releases"][-1]["awards"][0]["status"] == "unsuccessful"


def test_a_procedure_given_up_says_so():
    procedure = make_procedure(buyer := make_buyer())
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="Отпадна нуждата.")
    package = package_of(procedure)
    assert_valid(package)
    assert "tenderCancellation" in package["releases"][0]["tag"]
    assert package["releases"][0]["tender"]["amendments"][-1]["rationale"] == "Отпадна нуждата."
    assert read_back(package, raw_of(procedure)).status == "cancelled"


def test_the_list_goes_through_all_procedures(monkeypatch):
    from pazar.roof.pages import ocds

    monkeypatch.setattr(ocds, "PAGE", 2)
    buyer = make_buyer()
    made = [make_procedure(buyer) for _three in range(3)]
    address, found = "/ocds/", []
    while address:
        answer = json.loads(Client().get(address).content)
        assert_valid(answer)
        found += answer["releases"]
        address = answer.get("links", {}).get("next", "").removeprefix("http://testserver")
    assert [one["ocid"].partition("-PZ")[2] for one in found] == [
        p.reference.removeprefix("PZ") for p in reversed(made)
    ]
