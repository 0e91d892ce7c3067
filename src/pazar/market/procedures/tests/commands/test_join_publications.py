"""Publications that name one another become one procedure, in any order of arrival."""

import itertools
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pazar.ground.identity.rules.actor import CENTRE
from pazar.market.procedures import queries
from pazar.market.procedures.commands import import_notices as importer
from pazar.market.procedures.commands.import_notices import import_notices
from pazar.market.procedures.models import (
    Item,
    JoinedProcedure,
    Lot,
    Procedure,
    PublishedAward,
    SourceKey,
    SourceRelease,
)

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent.parent / "readers" / "samples"
KINDS = {
    "call": ("3", "Contract notice"),
    "correction": ("2", "Additional information"),
    "award": ("7", "Contract award notice"),
}


def ted(number: int, kind: str, *, of: int = 0, title: str = "", award: str = "", day: int = 1) -> str:
    code, words = KINDS[kind]
    name = f"<NOTICE_NUMBER_OJ>2020/S 001-{of:06}</NOTICE_NUMBER_OJ>" if of else ""
    given = f"""<AWARD_CONTRACT ITEM="1"><LOT_NO>1</LOT_NO><AWARDED_CONTRACT><CONTRACTORS><CONTRACTOR>
        <ADDRESS_CONTRACTOR><OFFICIALNAME>{award}</OFFICIALNAME><NATIONALID>BG 131 268 894</NATIONALID>
        <COUNTRY VALUE="BG"/></ADDRESS_CONTRACTOR></CONTRACTOR></CONTRACTORS></AWARDED_CONTRACT></AWARD_CONTRACT>"""
    return f"""<TED_EXPORT xmlns="http://publications.europa.eu/resource/schema/ted/R2.0.9/publication">
    <CODED_DATA_SECTION><REF_OJS><DATE_PUB>202001{day:02}</DATE_PUB></REF_OJS><NOTICE_DATA>
    <NO_DOC_OJS>2020/S 001-{number:06}</NO_DOC_OJS><ISO_COUNTRY VALUE="BG"/></NOTICE_DATA><CODIF_DATA>
    <TD_DOCUMENT_TYPE CODE="{code}">{words}</TD_DOCUMENT_TYPE></CODIF_DATA></CODED_DATA_SECTION><FORM_SECTION>
    <FORM CATEGORY="ORIGINAL" LG="BG"><OBJECT_CONTRACT><TITLE><P>{title}</P></TITLE><OBJECT_DESCR><LOT_NO>1</LOT_NO>
    </OBJECT_DESCR><OBJECT_DESCR><LOT_NO>2</LOT_NO></OBJECT_DESCR></OBJECT_CONTRACT><PROCEDURE>{name}</PROCEDURE>
    {given if award else ""}</FORM></FORM_SECTION></TED_EXPORT>"""


CALL = ted(10, "call", title="Кабели")
CORRECTION = ted(20, "correction", of=10, title="Кабели и жици", day=5)
AWARD = ted(30, "award", of=20, award="Жица", day=9)  # names the correction alone


def take(folder: Path, *texts: str) -> tuple[int, int, int]:
    path = folder / "given.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number, text in enumerate(texts):
            file.writestr(f"{number}.xml", text)
    (report,) = import_notices(actor=CENTRE, paths=[path])
    assert not report.refused_count
    return report.new, report.changed, report.same


def everything() -> list[Any]:
    kept = {"id", "created_at", "changed_at", "brought_by_id", "procedure_id", "lot_id"}
    return [
        sorted(
            repr(sorted((k, bytes(v) if isinstance(v, memoryview) else v) for k, v in row.items() if k not in kept))
            for row in model.objects.values()
        )
        for model in (Procedure, Lot, Item, PublishedAward, SourceRelease, SourceKey)
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=lambda order: "-".join(map(str, order)))
@pytest.mark.parametrize("at_once", [True, False], ids=["one file", "three files"])
def test_in_any_order_they_are_one(tmp_path: Path, order: tuple[int, ...], at_once: bool) -> None:
    texts = [(CALL, CORRECTION, AWARD)[place] for place in order]
    if at_once:
        assert take(tmp_path, *texts) == (1, 2, 0)
    else:
        for text in texts:
            take(tmp_path, text)
    procedure = Procedure.objects.get()
    assert (procedure.source, procedure.source_id) == ("ted", "000010-2020")
    assert (procedure.title, procedure.state) == ("Кабели и жици", "awarded")
    assert [lot.number for lot in Lot.objects.order_by("position")] == ["1", "2"]
    award = PublishedAward.objects.get()
    assert award.supplier
    assert award.supplier.number == "131268894"
    assert SourceRelease.objects.count() == 3
    assert set(SourceKey.objects.values_list("key", flat=True)) == {
        "ted:000010-2020",
        "ted:000020-2020",
        "ted:000030-2020",
    }
    state = everything()
    assert take(tmp_path, *texts) == (0, 0, 3)
    assert everything() == state


def test_links_to_one_that_was_joined_are_sent_on(tmp_path: Path, client: Client) -> None:
    take(tmp_path, CALL)
    take(tmp_path, AWARD)
    call = Procedure.objects.get(source_id="000010-2020")
    alone = Procedure.objects.get(source_id="000030-2020")
    take(tmp_path, CORRECTION)
    standing = Procedure.objects.get()
    gone = {call.pk, alone.pk} - {standing.pk}
    assert len(gone) == 1
    assert queries.joined_into(*gone) == standing.pk
    answer = client.get(reverse("roof:procedure", args=[*gone]))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("roof:procedure", args=[standing.pk])
    assert JoinedProcedure.objects.count() == 1


def test_strangers_stay_apart(tmp_path: Path) -> None:
    assert take(tmp_path, CALL, ted(11, "call", title="Друга"), ted(31, "award", of=11, award="Б")) == (2, 1, 0)
    assert Procedure.objects.count() == 2


def test_two_calls_that_name_one_announcement_stay_two(tmp_path: Path) -> None:
    take(tmp_path, ted(12, "call", of=1, title="A"), ted(13, "call", of=1, title="B"))
    assert Procedure.objects.count() == 2


def test_a_chain_over_many_batches_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "BATCH", 2)
    chain = [ted(number, "correction", of=number - 1, title=f"t{number}", day=number) for number in range(2, 12)]
    take(tmp_path, *chain[::2], *chain[1::2], ted(1, "call", title="t1"))
    procedure = Procedure.objects.get()
    assert procedure.title == "t11"
    assert procedure.source_id == "000001-2020"


def test_the_samples_are_taken_twice_without_a_change() -> None:
    paths = [SAMPLES / "ted_forms.zip", SAMPLES / "eforms.zip"]
    first = import_notices(actor=CENTRE, paths=paths)
    assert [report.format for report in first] == ["ted", "eforms"]
    assert (first[0].new, first[0].changed) == (47, 1)  # a correction and its notice
    assert (first[1].new, first[1].changed, first[1].refused_count) == (16, 2, 2)
    again = import_notices(actor=CENTRE, paths=paths)
    assert [(report.new, report.changed, report.same) for report in again] == [(0, 0, 48), (0, 0, 18)]


def test_what_a_source_leaves_open_is_shown_with_its_procedure(tmp_path: Path, client: Client) -> None:
    path = tmp_path / "open.csv"
    path.write_text(
        "name,organization,unique_id,award_method,deadline,publish_date,details_link\n"
        "Доставка,Община,00496-2024-0061,Открита процедура,2025-01-13,2024-12-11,https://x.example/1\n"
    )
    import_notices(actor=CENTRE, paths=[path])
    procedure = Procedure.objects.get()
    (left,) = queries.left_open(procedure.pk)
    assert (left.field, left.text) == ("deadline", "2025-01-13")
    page = client.get(reverse("roof:procedure", args=[procedure.pk])).content.decode()
    assert "2025-01-13" in page
    assert left.why in page
