"""The one writer: what readers find becomes outside procedures, once."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from pazar import events
from pazar.ground.identity.models import Company
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.journal.models import Payload
from pazar.ground.outbox.models import Event
from pazar.market.procedures.commands import import_notices as importer
from pazar.market.procedures.commands.import_notices import FileReport, import_notices
from pazar.market.procedures.models import Item, Lot, NoticeImport, Procedure, PublishedAward, SourceRelease
from pazar.market.procedures.rules import notice as notices

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent.parent / "readers" / "samples"
AHEAD = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="seconds")


def release(ocid: str = "o-1", number: int = 1, **more: Any) -> dict[str, Any]:
    return {"ocid": ocid, "id": str(number), "date": f"2024-01-{number:02}T00:00:00Z", "tag": ["tender"], **more}


def tender(**more: Any) -> dict[str, Any]:
    return {"title": "Cables", "tenderPeriod": {"endDate": AHEAD}, **more}


BUYER = {
    "name": "Община",
    "identifier": {"scheme": "BG-EIK", "id": "BG 000 852 697"},
    "address": {"countryName": "България"},
}


def take(folder: Path, *releases: Any, **options: Any) -> FileReport:
    path = folder / "given.json"
    path.write_text(json.dumps({"publisher": {"name": "P"}, "releases": releases}))
    (report,) = import_notices(actor=CENTRE, paths=[path], **options)
    return report


def counts(report: FileReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.same, report.refused_count


def announced() -> list[tuple[bool, int]]:
    return [
        (event.content["first_bulk"], len(event.content["procedure_ids"]))
        for event in Event.objects.filter(kind=events.OutsideProceduresImported.__name__).order_by("id")
    ]


def everything() -> list[Any]:
    kept = {"id", "created_at", "changed_at", "brought_by_id", "procedure_id", "lot_id"}
    return [
        sorted(
            (repr(sorted((k, bytes(v) if isinstance(v, memoryview) else v) for k, v in row.items() if k not in kept)))
            for row in model.objects.values()
        )
        for model in (Procedure, Lot, Item, PublishedAward, SourceRelease)
    ]


def test_a_release_becomes_an_outside_procedure(tmp_path: Path) -> None:
    report = take(
        tmp_path,
        release(
            buyer=BUYER,
            tender=tender(
                description="Copper cables",
                value={"amount": 12345678901234.57, "currency": "BGN"},
                procurementMethod="open",
                lots=[{"id": "L1", "title": "Copper"}, {"id": "L2", "title": "Fibre", "value": {"amount": 5}}],
                items=[
                    {"description": "Кабел", "relatedLot": "L1", "quantity": 2.5, "unit": {"name": "km"},
                     "classification": {"scheme": "CPV", "id": "31300000-9"}},
                ],
            ),
        ),
    )  # fmt: skip
    assert counts(report) == (1, 0, 0, 0)
    procedure = Procedure.objects.get()
    assert (procedure.origin, procedure.state, procedure.kind) == ("outside", "published", "open")
    assert procedure.value_amount == Decimal("12345678901234.57")
    assert procedure.closes_at == procedure.source_closes_at == datetime.fromisoformat(AHEAD)
    assert procedure.cpv == ["31300000"]
    assert procedure.buyer is not None
    assert (procedure.buyer.number, procedure.buyer.country, procedure.buyer.standing) == ("000852697", "BG", "outside")
    copper, fibre = Lot.objects.order_by("position")
    assert (copper.number, copper.title, copper.cpv, copper.value_amount) == ("L1", "Copper", ["31300000"], None)
    assert {"copper", "cable", "кабел"} <= set(copper.lemmas)
    assert (fibre.value_amount, fibre.currency) == (5, "")
    item = Item.objects.get()
    assert (item.lot_id, item.quantity, item.unit, item.cpv) == (copper.id, Decimal("2.5"), "km", "31300000")
    assert announced() == [(True, 1)]
    (entry,) = [bytes(p.content) for p in Payload.objects.all() if b'"notices.imported"' in bytes(p.content)]
    assert str(tmp_path).encode() not in entry  # everybody reads it: where the file lay is the machine's business


def test_what_the_source_is_silent_about_stays_empty(tmp_path: Path) -> None:
    take(tmp_path, {"ocid": "o-1"})
    procedure = Procedure.objects.get()
    assert (procedure.title, procedure.buyer, procedure.value_amount, procedure.closes_at) == ("", None, None, None)
    assert (procedure.published_at, procedure.currency, procedure.cpv, procedure.regions) == (None, "", [], [])
    assert procedure.state == "closed"  # not known to be open
    assert Lot.objects.get().number == ""


def test_twice_changes_nothing(tmp_path: Path) -> None:
    given = [
        release(f"o-{n}", tender=tender(), buyer=BUYER, awards=[{"id": "1", "suppliers": [BUYER]}]) for n in range(5)
    ]
    assert counts(take(tmp_path, *given)) == (5, 0, 0, 0)
    before = everything()
    assert counts(take(tmp_path, *given)) == (0, 0, 5, 0)
    assert counts(take(tmp_path, *reversed(given), *given)) == (0, 0, 10, 0)
    assert everything() == before
    assert len(announced()) == 1
    assert Company.objects.filter(number="000852697").count() == 1


def test_publications_join_in_any_order_and_any_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = [
        release(number=1, tender=tender(title="first", lots=[{"id": "1", "title": "A"}, {"id": "2", "title": "B"}])),
        release(number=2, tender=tender(title="second", lots=[{"id": "2", "title": "Bb"}])),
        release(number=3, tag=["award"], awards=[{"id": "7", "value": {"amount": 9, "currency": "EUR"}}]),
    ]
    states = []
    for size, order in ((500, (0, 1, 2)), (1, (0, 1, 2)), (1, (2, 1, 0)), (2, (1, 2, 0)), (500, (2, 0, 1))):
        monkeypatch.setattr(importer, "BATCH", size)
        with transaction.atomic():
            report = take(tmp_path, *(versions[index] for index in order))
            assert counts(report) == (1, 2, 0, 0)
            states.append(everything())
            procedure = Procedure.objects.get()
            assert (procedure.title, procedure.state) == ("second", "awarded")
            assert [lot.title for lot in Lot.objects.order_by("position")] == ["A", "Bb"]
            transaction.set_rollback(True)
    assert all(state == states[0] for state in states)


def test_a_lot_that_stays_keeps_its_id(tmp_path: Path) -> None:
    take(tmp_path, release(number=1, tender=tender(lots=[{"id": "1", "title": "A"}])))
    lot, procedure = Lot.objects.get(), Procedure.objects.get()
    item = {"relatedLot": "1", "description": "Wire"}
    take(tmp_path, release(number=2, tender=tender(lots=[{"id": "1", "title": "Aa"}], items=[item])))
    changed = Lot.objects.get()
    assert (changed.id, changed.title, changed.procedure_id) == (lot.id, "Aa", procedure.id)
    assert Item.objects.get().lot_id == lot.id


def test_a_first_import_is_announced_as_such_and_a_second_isnt(tmp_path: Path) -> None:
    take(tmp_path, release("o-1"))
    take(tmp_path, release("o-2"))
    assert announced() == [(True, 1), (False, 1)]


def test_one_killed_in_the_middle_is_still_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def watch(path: Path, at: int) -> None:
        if SourceRelease.objects.exists():
            raise Killed

    monkeypatch.setattr(importer, "BATCH", 1)
    big = [release(f"o-{n}", tender=tender(description="x" * 300_000)) for n in range(3)]
    with pytest.raises(Killed):
        take(tmp_path, *big, watch=watch)
    assert 0 < Procedure.objects.count() < 3
    assert NoticeImport.objects.filter(ended_at=None).count() == 1
    report = take(tmp_path, *big)
    assert report.new + report.same == 3
    assert Procedure.objects.count() == 3
    assert {first for first, _ in announced()} == {True}


def test_what_the_database_wont_hold_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "_stored", lambda value, places=4: value * 10**10)
    values = [1, 10**17, 2]
    report = take(
        tmp_path, *(release(f"o-{n}", tender=tender(value={"amount": value})) for n, value in enumerate(values))
    )
    assert counts(report) == (2, 0, 0, 1)
    assert [(refused.code, refused.place.where) for refused in report.refused] == [("not-stored", "release 2")]
    assert set(Procedure.objects.values_list("source_id", flat=True)) == {"o-0", "o-2"}


def test_awards_name_suppliers_and_only_decided_ones_count(tmp_path: Path) -> None:
    other = {"name": "Друга", "address": {"countryName": "BG"}, "identifier": {"id": "131268894"}}
    take(
        tmp_path,
        release(
            awards=[
                {"id": "1", "suppliers": [BUYER], "value": {"amount": "10.5", "currency": "EUR"}, "date": "2024-02-03"},
                {"id": "2", "suppliers": [BUYER, other]},
                {"id": "3", "status": "unsuccessful", "suppliers": [other]},
                {"id": "4", "status": "active"},
            ]
        ),
    )
    first, consortium = PublishedAward.objects.order_by("supplier_names")[::-1]
    if len(first.supplier_names) == 2:
        first, consortium = consortium, first
    assert first.supplier is not None and first.supplier.number == "000852697"
    assert (first.amount, first.currency, str(first.awarded_on)) == (Decimal("10.5"), "EUR", "2024-02-03")
    assert consortium.supplier is None  # of several none is *the* supplier
    assert consortium.supplier_names == ["Община", "Друга"]
    assert Company.objects.filter(number__in=["000852697", "131268894"]).count() == 2


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"tender": tender()}, "published"),
        ({"tender": tender(status="cancelled")}, "cancelled"),
        ({"tender": tender(status="unsuccessful")}, "failed"),
        ({"tender": {"tenderPeriod": {"endDate": "2020-01-01T00:00:00Z"}}}, "closed"),
        ({"tender": {"tenderPeriod": {"endDate": "2999-01-01T00:00:00"}}}, "closed"),
        ({"tender": tender(), "awards": [{"value": {"amount": 1}}]}, "awarded"),
        ({"tender": tender(), "awards": [{"status": "pending"}]}, "published"),
        ({"tender": tender(), "awards": [{"status": "unsuccessful"}]}, "failed"),
        ({"tender": tender(), "tag": ["tenderCancellation"]}, "cancelled"),
    ],
)
def test_the_state_is_what_the_source_says(tmp_path: Path, changes: dict[str, Any], state: str) -> None:
    take(tmp_path, release(**changes))
    assert Procedure.objects.get().state == state


def test_a_demo_moves_times_and_keeps_what_was_published(tmp_path: Path) -> None:
    old = release(tender={"tenderPeriod": {"endDate": "2020-01-01T00:00:00Z"}})
    take(tmp_path, old, move=lambda notice: timedelta(days=365 * 100))
    procedure = Procedure.objects.get()
    assert procedure.state == "published"
    assert procedure.source_closes_at == datetime(2020, 1, 1, tzinfo=UTC)
    assert procedure.closes_at == procedure.source_closes_at + timedelta(days=36500)
    assert str(procedure.source_published_on) == "2024-01-01"


def test_the_samples_are_taken_and_read_back(tmp_path: Path) -> None:
    paths = sorted(SAMPLES.glob("*.json*"))
    reports = import_notices(actor=CENTRE, paths=paths)
    assert [report.refused_count for report in reports] == [0] * len(paths)
    assert {report.format for report in reports} == {"ocds", "normalised"}
    for row in SourceRelease.objects.all():
        notice = notices.read(row.record)
        assert notices.digest(notice) == bytes(row.digest)
        assert notice.release_id == row.release_id
    again = import_notices(actor=CENTRE, paths=paths)
    assert sum(report.new + report.changed for report in again) == 0


def test_a_published_release_isnt_changed() -> None:
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError):
        SourceRelease.objects.update(release_id="other")
