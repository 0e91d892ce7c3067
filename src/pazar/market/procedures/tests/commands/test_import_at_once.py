"""Imports that are killed, and imports that meet: the end is the same as of one that ran alone."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from pazar.ground.identity.models import Company
from pazar.ground.identity.rules.actor import CENTRE
from pazar.market.procedures.commands import import_notices as importer
from pazar.market.procedures.commands.import_notices import import_notices
from pazar.market.procedures.models import Item, Lot, NoticeImport, Procedure, PublishedAward, SourceKey, SourceRelease

pytestmark = pytest.mark.django_db(transaction=True)
BUYER = {"name": "Община", "identifier": {"scheme": "BG-EIK", "id": "BG 000 852 697"}, "address": {"countryName": "BG"}}
SELLER = {"name": "Жица", "identifier": {"id": "131 268 894"}, "address": {"countryName": "BG"}}


def release(number: int, step: int) -> dict[str, Any]:
    return {
        "ocid": f"o-{number}",
        "id": str(step),
        "date": f"2024-01-{step:02}T00:00:00Z",
        "tag": ["tender"] if step == 1 else ["award"],
        "buyer": BUYER,
        "tender": {"title": f"t{number}", "lots": [{"id": "1"}, {"id": "2"}]} if step == 1 else {},
        "awards": [{"id": "a", "suppliers": [SELLER]}] if step == 2 else [],
    }


def package(path: Path, numbers: range) -> Path:
    path.write_text(json.dumps({"releases": [release(number, step) for step in (1, 2) for number in numbers]}))
    return path


def everything() -> list[Any]:
    kept = {"id", "created_at", "changed_at", "brought_by_id", "procedure_id", "lot_id", "buyer_id", "supplier_id"}
    return [
        sorted(
            repr(sorted((k, bytes(v) if isinstance(v, memoryview) else v) for k, v in row.items() if k not in kept))
            for row in model.objects.values()
        )
        for model in (Procedure, Lot, Item, PublishedAward, SourceRelease, SourceKey)
    ]


def forget() -> None:
    Procedure.objects.all().delete()
    NoticeImport.objects.all().delete()
    Company.objects.filter(number__in=["000852697", "131268894"]).delete()


def test_two_at_once_leave_what_one_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "BATCH", 7)  # so that they meet often
    first, second = package(tmp_path / "a.json", range(60)), package(tmp_path / "b.json", range(40, 100))
    import_notices(actor=CENTRE, paths=[first, second])
    alone = everything()
    forget()

    failures: list[BaseException] = []

    def run(path: Path) -> None:
        try:
            import_notices(actor=CENTRE, paths=[path])
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[path]) for path in (first, second, first)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert everything() == alone
    assert Company.objects.filter(number="000852697").count() == 1
    assert Company.objects.filter(number="131268894").count() == 1


SCRIPT = """
import sys
from pathlib import Path
import django
django.setup()
from pazar.ground.identity.rules.actor import CENTRE
from pazar.market.procedures.commands import import_notices as importer
importer.BATCH = 5
print("begun", flush=True)
importer.import_notices(actor=CENTRE, paths=[Path(sys.argv[1])])
"""


def test_killed_in_the_middle_and_run_again_gives_the_same(tmp_path: Path) -> None:
    path = package(tmp_path / "a.json", range(400))
    import_notices(actor=CENTRE, paths=[path])
    alone = everything()
    forget()

    running = subprocess.Popen([sys.executable, "-c", SCRIPT, str(path)], env=dict(os.environ), stdout=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while not Procedure.objects.exists():
            assert running.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait(30)
    stored = Procedure.objects.count()
    assert 0 < stored < 400
    assert stored % 5 == 0  # whole batches, nothing half
    assert Lot.objects.count() == 2 * stored
    (report,) = import_notices(actor=CENTRE, paths=[path])
    assert report.new == 400 - stored
    assert report.same == stored
    assert everything() == alone
