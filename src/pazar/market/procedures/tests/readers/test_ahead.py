"""A large file is read by a process of its own: the same is found, and what breaks that process breaks nothing else."""

import gzip
import json
import time
from pathlib import Path

import pytest

from pazar.market.procedures.adapters import ahead
from pazar.market.procedures.adapters.reader import Refused
from pazar.market.procedures.rules import lemmas
from pazar.market.procedures.rules import notice as notices

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize("name", ["ted_forms.zip", "eforms.zip", "colombia_package_1_1.json", "extract.jsonl"])
def test_it_finds_what_reading_here_finds(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    here = list(ahead.read(SAMPLES / name))
    monkeypatch.setattr(ahead, "LARGE", 0)
    heard: list[int] = []
    there = list(ahead.read(SAMPLES / name, lambda path, at: heard.append(at)))
    assert there == here
    assert heard
    for given in there:
        if not isinstance(given.item, Refused):
            assert notices.digest(given.item) == given.digest
            assert given.said == lemmas.of_notice(given.item)


def test_what_breaks_off_is_told_after_what_came_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ahead, "LARGE", 0)
    path = tmp_path / "cut.json.gz"
    path.write_bytes(gzip.compress(b'[{"ocid":"a","tender":{}},{"ocid":"b"')[:-9])
    codes = [given.item.code for given in ahead.read(path) if isinstance(given.item, Refused)]
    assert codes == ["archive-cut-short"]


def test_a_process_that_dies_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LARGE", 0)
    monkeypatch.setattr(ahead.sys, "executable", "/bin/true")
    (given,) = ahead.read(SAMPLES / "eforms.zip")
    assert isinstance(given.item, Refused)
    assert given.item.code == "reader-broke-off"
    assert given.item.place.file.endswith("eforms.zip")


def test_whoever_stops_listening_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LARGE", 0)
    made = []
    begin = ahead.subprocess.Popen
    monkeypatch.setattr(ahead.subprocess, "Popen", lambda *args, **kw: made.append(begin(*args, **kw)) or made[-1])
    found = ahead.read(SAMPLES / "ted_forms.zip")
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert made[0].poll() is not None


def test_large_notices_come_in_small_portions_and_none_is_lost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ahead, "LARGE", 0)
    path = tmp_path / "large.jsonl"
    lines = (json.dumps({"ocid": f"o-{n}", "tender": {"description": "ж" * 300_000}}) for n in range(40))
    path.write_text("\n".join(lines))
    heard: list[int] = []
    found = [given.item for given in ahead.read(path, lambda path, at: heard.append(at))]
    assert [item.source_id for item in found if not isinstance(item, Refused)] == [f"o-{n}" for n in range(40)]
    assert len(heard) >= 10


def test_a_writer_that_is_slow_gets_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """More than waits here and in the pipe: the reader has to wait, and goes on."""
    monkeypatch.setattr(ahead, "LARGE", 0)
    monkeypatch.setattr(ahead, "_WAITING", 1)
    monkeypatch.setattr(ahead, "_PIPE", 4096)
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(json.dumps({"ocid": f"o-{n}", "tender": {"title": "т" * 200}}) for n in range(1_000)))
    found = ahead.read(path)
    first = [next(found)]
    time.sleep(0.3)
    assert [given.item.source_id for given in first + list(found)] == [f"o-{n}" for n in range(1_000)]  # type: ignore[union-attr]
