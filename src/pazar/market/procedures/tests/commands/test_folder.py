"""The watched folder: what is put there whole is imported once, whatever happens in between."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from pazar.ground.jobs.drain import drain
from pazar.market.procedures.commands import folder, imports
from pazar.market.procedures.models import NoticeImport, Procedure

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def watched(tmp_path: Path, settings: Any) -> Path:
    settings.IMPORT_FOLDER = str(tmp_path / "in")
    folder._seen.clear()
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def content(*numbers: int) -> str:
    return json.dumps({"releases": [{"ocid": f"o-{n}", "id": "1", "tender": {"title": "t"}} for n in numbers]})


def put(watched: Path, name: str, text: str, *, age: float = 60) -> Path:
    path = watched / name
    path.write_text(text)
    os.utime(path, (time.time() - age,) * 2)
    return path


def look() -> int:
    """Two looks: a file is taken when it hasn't changed since the one before."""
    return folder.look() + folder.look()


def there(watched: Path) -> set[str]:
    return {str(path.relative_to(watched)) for path in watched.rglob("*") if path.is_file()}


def test_a_whole_file_is_imported_once_and_its_report_lies_beside_it(watched: Path) -> None:
    put(watched, "a.json", content(1, 2)[:-2] + ', {"id": "x"}]}')
    put(watched, "page.json", "<html>")
    assert look() == 2
    assert there(watched) == {f".taken/{run.pk}/{run.parts.get().name}" for run in NoticeImport.objects.all()}
    drain()
    assert there(watched) == {
        "done/a.json", "done/a.json.report.json", "refused/page.json", "refused/page.json.report.json",
    }  # fmt: skip
    report = json.loads((watched / "done/a.json.report.json").read_text())
    assert (report["new"], report["refused"]) == (2, 1)
    assert [(line["where"], line["code"]) for line in report["refusals"]] == [("release 3", "no-identity")]
    assert {run.way for run in NoticeImport.objects.all()} == {"folder"}
    assert look() == 0
    put(watched, "a.json", content(1))
    look()
    drain()
    assert len([name for name in there(watched) if name.startswith("done/a")]) == 4  # neither takes the other's place
    assert Procedure.objects.count() == 2


def test_what_is_still_written_or_no_plain_file_waits(watched: Path, tmp_path: Path) -> None:
    put(watched, "fresh.json", content(1), age=0)
    put(watched, "b.json.part", content(2))
    put(watched, ".hidden.json", content(3))
    put(tmp_path, "elsewhere.json", content(4))
    (watched / "link.json").symlink_to(tmp_path / "elsewhere.json")
    (watched / "inner").mkdir()
    growing = put(watched, "growing.json", content(5))
    assert folder.look() == 0
    with growing.open("a") as file:
        file.write(" ")
    os.utime(growing, (time.time() - 60,) * 2)
    assert folder.look() == 0
    assert folder.look() == 1
    assert [run.parts.get().name for run in NoticeImport.objects.all()] == ["growing.json"]


def test_killed_anywhere_it_ends_the_same(watched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(watched, "a.json", content(1, 2))
    noted = folder._note
    monkeypatch.setattr(folder, "_note", lambda *args: (_ for _ in ()).throw(ConnectionAbortedError))
    with pytest.raises(ConnectionAbortedError):
        look()  # moved, and not noted
    monkeypatch.setattr(folder, "_note", noted)
    assert not NoticeImport.objects.exists()
    folder.look()
    (run,) = NoticeImport.objects.all()
    settled = folder.settle
    monkeypatch.setattr(folder, "settle", lambda run: (_ for _ in ()).throw(ConnectionAbortedError))
    with pytest.raises(ConnectionAbortedError):
        imports.run(import_id=run.pk)  # imported, and not moved away
    monkeypatch.setattr(folder, "settle", settled)
    assert imports.run(import_id=run.pk) is False
    drain()
    assert there(watched) == {"done/a.json", "done/a.json.report.json"}
    assert look() == 0
    assert NoticeImport.objects.count() == 1
    assert Procedure.objects.count() == 2


def test_a_folder_that_is_not_there_is_said(watched: Path, settings: Any) -> None:
    assert folder.state() == folder.State(path=str(watched))
    put(watched, "a.json", content(1))
    assert folder.state() == folder.State(path=str(watched), waiting=1)
    settings.IMPORT_FOLDER = str(watched / "nowhere")
    assert folder.state() == folder.State(path=str(watched / "nowhere"), fault="missing")
    assert folder.look() == 0
    settings.IMPORT_FOLDER = ""
    assert folder.state() is None
    assert folder.look() == 0
