"""Imports run by the worker that meet, and one whose worker is killed: the end is the same as of one that ran alone."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from uuid import UUID

import pytest
from django.db import connection
from tests.factories import make_person

from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.market.procedures.commands import import_notices as importer
from pazar.market.procedures.commands import imports
from pazar.market.procedures.models import ImportedFile, NoticeImport, Procedure
from pazar.market.procedures.tests.commands.test_import_at_once import everything, forget
from pazar.market.procedures.tests.commands.test_imports import package, release

pytestmark = pytest.mark.django_db(transaction=True)


def upload(operator: Actor, numbers: range) -> UUID:
    content = package(*(release(number) for number in numbers), more=', {"id": 1}')
    sent = imports.Sent(name="a.json", stream=io.BytesIO(content))
    return imports.upload(actor=operator, files=[sent]).pk


@pytest.fixture
def operator() -> Actor:
    return people.actor_for(make_person(name="Operator", staff_roles=[StaffRole.OPERATOR]))


def at_once(*import_ids: UUID) -> None:
    failures: list[BaseException] = []

    def run(import_id: UUID) -> None:
        try:
            imports.run(import_id=import_id)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[import_id]) for import_id in import_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_two_imports_and_two_workers_at_one(operator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "BATCH", 7)
    for numbers in (range(60), range(40, 100)):
        imports.run(import_id=upload(operator, numbers))
    alone = everything()
    forget()

    first, second = upload(operator, range(60)), upload(operator, range(40, 100))
    at_once(first, second, first)  # a worker that was taken for dead and wasn't
    assert everything() == alone
    assert set(NoticeImport.objects.values_list("state", flat=True)) == {"ended"}
    parts = ImportedFile.objects.order_by("notice_import__began_at")
    assert sum(part.new for part in parts) == 100
    assert sum(part.same for part in parts) == 20
    assert [(part.read, part.refused, part.refusals.count()) for part in parts] == [(61, 1, 1), (61, 1, 1)]


SCRIPT = """
import sys
from uuid import UUID
import django
django.setup()
from pazar.market.procedures.commands import import_notices as importer, imports
importer.BATCH = 5
imports.run(import_id=UUID(sys.argv[1]))
"""


def test_a_killed_worker_is_gone_on_for(operator: Actor) -> None:
    imports.run(import_id=upload(operator, range(400)))
    alone = everything()
    forget()

    import_id = upload(operator, range(400))
    running = subprocess.Popen([sys.executable, "-c", SCRIPT, str(import_id)], env=dict(os.environ))
    try:
        deadline = time.monotonic() + 60
        while not Procedure.objects.exists():
            assert running.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait(30)
    (part,) = NoticeImport.objects.get(pk=import_id).parts.all()
    stored = Procedure.objects.count()
    assert 0 < stored < 400
    assert part.new == part.passed == stored  # what is told is what is there
    imports.run(import_id=import_id)
    part.refresh_from_db()
    assert (part.read, part.new, part.same, part.refused) == (401, 400, 0, 1)
    assert everything() == alone
