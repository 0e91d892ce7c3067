"""Imports that the worker runs, and undoing them: what is left is as if they had never been, where that can be."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from tests.factories import make_person

from pazar.ground.errors import NotFound
from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.jobs.drain import drain
from pazar.ground.journal.models import Entry
from pazar.ground.messages.models import Message
from pazar.market.procedures.commands import import_notices as importer
from pazar.market.procedures.commands import imports, undo
from pazar.market.procedures.commands.import_notices import import_notices
from pazar.market.procedures.models import (
    ImportedFile,
    JoinedProcedure,
    NoticeImport,
    Procedure,
    PublishedAward,
    SourceKey,
    SourceRelease,
)
from pazar.market.procedures.tests.commands import test_join_publications as joins
from pazar.market.procedures.tests.commands.test_import_at_once import everything

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator() -> Actor:
    return people.actor_for(make_person(name="Operator", staff_roles=[StaffRole.OPERATOR]))


def release(number: int, step: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "ocid": f"o-{number}",
        "id": f"{number}/{step}",
        "date": f"2024-01-{step:02}T00:00:00Z",
        "tag": ["tender"],
        "tender": {"title": f"title {step}", "lots": [{"id": str(lot)} for lot in range(1, step + 1)]},
        **more,
    }


def package(*releases: dict[str, Any], more: str = "") -> bytes:
    return (json.dumps({"releases": releases})[:-2] + more + "]}").encode()


def sent(name: str, content: bytes) -> imports.Sent:
    return imports.Sent(name=name, stream=io.BytesIO(content))


def taken(path: Path, content: bytes) -> NoticeImport:
    path.write_bytes(content)
    import_notices(actor=CENTRE, paths=[path])
    return NoticeImport.objects.latest("began_at")


def undone(actor: Actor, run: NoticeImport) -> NoticeImport:
    undo.ask(actor=actor, import_id=run.pk)
    drain()
    run.refresh_from_db()
    return run


def test_an_upload_is_imported_by_the_worker_and_its_files_let_go(operator: Actor) -> None:
    bad = '{"ocid": "o-9", "date": NaN}'
    run = imports.upload(
        actor=operator,
        files=[
            sent("../a.json", package(release(1), release(2), more=", " + bad)),
            sent("b.json", package(release(3))),
        ],
    )
    paths = list(run.parts.values_list("path", flat=True))
    assert all(default_storage.exists(path) for path in paths)
    drain()
    run.refresh_from_db()
    assert run.state == NoticeImport.State.ENDED
    first, second = run.parts.order_by("position")
    assert (first.name, first.read, first.new, first.refused) == ("a.json", 3, 2, 1)
    assert (second.name, second.new, second.refused, second.format) == ("b.json", 1, 0, "ocds")
    (line,) = first.refusals.all()
    assert (line.place, line.code) == ("release 3", "not-a-number")
    assert not any(default_storage.exists(path) for path in paths)
    assert first.path == ""
    assert Message.objects.filter(person_id=operator.person_id).count() == 1
    assert Entry.objects.filter(subject_id=run.pk).count() == 2
    assert imports.run(import_id=run.pk) is False  # once more changes nothing
    assert Message.objects.filter(person_id=operator.person_id).count() == 1


def test_only_operators_begin_and_undo(operator: Actor, tmp_path: Path) -> None:
    member = people.actor_for(make_person(name="Member"))
    with pytest.raises(NotFound):
        imports.upload(actor=member, files=[sent("a.json", package(release(1)))])
    run = taken(tmp_path / "a", package(release(1)))
    with pytest.raises(NotFound):
        undo.ask(actor=member, import_id=run.pk)
    with pytest.raises(NotFound):
        undo.plan(actor=member, import_id=run.pk)
    assert not ImportedFile.objects.exclude(notice_import=run).exists()


def test_what_is_too_large_or_nothing_is_refused_and_leaves_nothing(operator: Actor, settings: Any) -> None:
    settings.IMPORT_MOST_BYTES = 100
    with pytest.raises(imports.ImportTooLarge) as refused:
        imports.upload(actor=operator, files=[sent("a", b"x" * 60), sent("b", b"x" * 60)])
    assert refused.value.params["name"] == "b"
    with pytest.raises(imports.NothingToImport):
        imports.upload(actor=operator, files=[])
    with pytest.raises(imports.NothingToImport):
        imports.upload(actor=operator, files=[sent("a", b"")])
    with pytest.raises(imports.TooManyFiles):
        imports.upload(actor=operator, files=[sent("a", b"x")] * 201)
    assert not NoticeImport.objects.exists()
    imports.sweep()
    assert not any(default_storage.listdir(f"imports/{name}")[1] for name in _folders())


def _folders() -> list[str]:
    try:
        return default_storage.listdir("imports")[0]
    except FileNotFoundError:
        return []


def test_a_stopped_worker_hands_over_and_the_report_is_the_same(
    operator: Actor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importer, "BATCH", 5)
    content = package(*(release(number) for number in range(23)), more=', {"id": 1}' * 7)
    taken(tmp_path / "alone", content)
    alone = everything()
    undone(operator, NoticeImport.objects.get())
    assert not Procedure.objects.exists()

    run = imports.upload(actor=operator, files=[sent("a.json", content)])
    (part,) = run.parts.all()
    kept = importer.Writer._keep
    asked = iter([False] * 3)

    def die_after(self: Any, *args: Any) -> Any:
        if next(asked, True):
            raise ConnectionAbortedError
        return kept(self, *args)

    monkeypatch.setattr(importer.Writer, "_keep", die_after)
    with pytest.raises(ConnectionAbortedError):
        imports.run(import_id=run.pk)
    run.refresh_from_db()
    part.refresh_from_db()
    assert run.state == NoticeImport.State.FAILED
    assert (part.passed, part.new) == (15, 15)
    assert Procedure.objects.count() == 15
    monkeypatch.setattr(importer.Writer, "_keep", kept)
    assert imports.run(import_id=run.pk, is_stopping=lambda: True) is True
    drain()
    part.refresh_from_db()
    assert (part.read, part.new, part.same, part.refused) == (30, 23, 0, 7)
    assert part.refusals.count() == 7
    assert everything() == alone


def test_what_it_alone_brought_goes_and_what_it_changed_is_set_back(operator: Actor, tmp_path: Path) -> None:
    taken(tmp_path / "a", package(release(1), release(2)))
    before = everything()
    ids = set(Procedure.objects.values_list("id", flat=True))
    award = {"awards": [{"id": "a", "suppliers": [{"name": "Жица"}], "value": {"amount": 5, "currency": "EUR"}}]}
    second = taken(tmp_path / "b", package(release(1, 3, **award), release(3)))
    assert PublishedAward.objects.count() == 1
    plan = undo.plan(actor=operator, import_id=second.pk)
    assert (plan.removed, plan.set_back, plan.kept) == (1, 1, {})
    run = undone(operator, second)
    assert (run.state, run.undo) == ("undone", {"removed": 1, "set_back": 1, "kept": 0})
    assert everything() == before
    assert set(Procedure.objects.values_list("id", flat=True)) == ids
    assert Entry.objects.filter(subject_id=run.pk).count() == 3
    with pytest.raises(undo.NothingToUndo):
        undo.ask(actor=operator, import_id=run.pk)
    # it may come in again
    taken(tmp_path / "b", package(release(1, 3, **award), release(3)))
    assert PublishedAward.objects.count() == 1


def test_a_later_import_keeps_its_rows_until_it_is_undone_itself(operator: Actor, tmp_path: Path) -> None:
    first = taken(tmp_path / "a", package(release(1), release(2)))
    later = taken(tmp_path / "b", package(release(1, 2)))
    run = undone(operator, first)
    assert run.undo == {"removed": 1, "set_back": 0, "kept": 1}
    (kept,) = run.kept.all()
    assert (kept.why, kept.later_id, kept.procedure.source_id) == ("later", later.pk, "o-1")
    assert SourceRelease.objects.count() == 2
    undone(operator, later)
    assert Procedure.objects.get().title == "title 1"
    assert undone(operator, first).undo == {"removed": 2, "set_back": 0, "kept": 0}
    assert not Procedure.objects.exists()


def test_what_somebody_holds_is_kept_and_said(operator: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = taken(tmp_path / "a", package(release(1), release(2), release(3)))
    held = Procedure.objects.get(source_id="o-2")
    monkeypatch.setitem(undo._holders, "lead", lambda ids: {held.pk} & set(ids))
    assert undo.plan(actor=operator, import_id=run.pk).kept == {"lead": 1}
    run = undone(operator, run)
    assert run.undo == {"removed": 2, "set_back": 0, "kept": 1}
    assert [(kept.procedure_id, kept.why) for kept in run.kept.all()] == [(held.pk, "lead")]


def test_a_held_procedure_is_set_back_unless_it_would_lose_a_lot(
    operator: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(tmp_path / "a", package(release(1), release(2)))
    same_lots = {"tender": {"title": "other", "lots": [{"id": "1"}]}}
    run = taken(tmp_path / "b", package(release(1, 2, **same_lots), release(2, 2)))
    monkeypatch.setitem(undo._holders, "told", lambda ids: ids)
    run = undone(operator, run)
    assert run.undo == {"removed": 0, "set_back": 1, "kept": 1}
    assert dict(Procedure.objects.values_list("source_id", "title")) == {"o-1": "title 1", "o-2": "title 2"}


def test_one_made_of_two_becomes_two_again(operator: Actor, tmp_path: Path) -> None:
    for number, text in enumerate((joins.CALL, joins.AWARD)):
        taken(tmp_path / f"{number}", text.encode())
    before, ids = everything(), dict(Procedure.objects.values_list("source_id", "id"))
    run = taken(tmp_path / "correction", joins.CORRECTION.encode())
    assert Procedure.objects.count() == JoinedProcedure.objects.count() == 1
    assert undone(operator, run).undo == {"removed": 0, "set_back": 1, "kept": 0}
    assert everything() == before
    assert dict(Procedure.objects.values_list("source_id", "id")) == ids
    assert not JoinedProcedure.objects.exists()
    taken(tmp_path / "correction", joins.CORRECTION.encode())
    assert Procedure.objects.count() == 1


def test_an_import_that_runs_is_not_undone(operator: Actor) -> None:
    run = imports.upload(actor=operator, files=[sent("a", package(release(1)))])
    with pytest.raises(undo.ImportNotOver):
        undo.ask(actor=operator, import_id=run.pk)
    with pytest.raises(NotFound):
        undo.ask(actor=operator, import_id=operator.person_id)
    assert JoinedProcedure.objects.count() == SourceKey.objects.count() == 0
