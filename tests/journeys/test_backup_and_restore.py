"""A demo's backup, read into an empty folder, is the same centre: row by row, and its sealed bids open by its keys."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import pazar
from pazar.ground.postgres import cluster

SOURCE = Path(pazar.__file__).parent.parent
PASSPHRASE = "correct horse battery"

OPEN_A_BOX = """
import sys
from pathlib import Path
from pazar.ground.console import database, data_folder, load_django
with database(data_folder(Path(sys.argv[1]))):
    load_django()
    from pazar.ground.identity.models import Person
    from pazar.ground.identity.queries import actor_for
    from pazar.ground.identity.rules.actor import CENTRE
    from pazar.ground.identity.scope import acting
    from pazar.market.bids import queries
    from pazar.market.bids.commands.opening import open_box
    from pazar.market.procedures.models import Procedure
    waiting = Procedure.objects.get(origin="own", state="closed", seal="server")
    buyer = Person.objects.filter(memberships__company_id=waiting.buyer_id, email__startswith="elena").get()
    open_box(actor=actor_for(buyer, company_id=waiting.buyer_id), procedure_id=waiting.pk)
    with acting(CENTRE):
        for bid in queries.opened_bids(waiting.pk):
            print(bid.company_name, *(lot.total for lot in bid.lots))
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One that the database's own user may pass through; pytest's are closed."""
    with tempfile.TemporaryDirectory(prefix="pazar-backup-") as made:
        place = Path(made)
        place.chmod(0o755)
        yield place
        for data in ("centre", "again", "without", "hurt"):
            cluster.stop(place / data)


@pytest.fixture(scope="module")
def centre(folder: Path) -> Path:
    pazar_(folder, "fresh", "--data", folder / "centre")
    return folder / "centre"


def pazar_(folder: Path, *arguments: str | Path, status: int = 0, code: str | None = None) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PAZAR_", "DATABASE_", "DJANGO_"))}
    command = ["-c", code] if code else ["-m", "pazar"]
    done = subprocess.run(
        [sys.executable, *command, *map(str, arguments)],
        cwd=folder,
        env=env | {"PYTHONPATH": str(SOURCE), "PAZAR_KEYS_PASSPHRASE": PASSPHRASE, "PAZAR_LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def digests(data: Path) -> dict[str, tuple[int, str]]:
    """Of every table, how many rows and what they say; and who may do what with it."""
    found: dict[str, tuple[int, str]] = {}
    with cluster.running(data) as running, psycopg.connect(running.url(role="superuser")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        for (name,) in tables:
            row = connection.execute(sql.SQL(DIGEST).format(sql.Identifier(name))).fetchone()
            assert row is not None
            found[str(name)] = (int(row[0]), str(row[1]))
        for label, query in RIGHTS.items():
            found[label] = (0, str(connection.execute(query).fetchall()))  # type: ignore[call-overload]
    return found


DIGEST = "SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} t"
RIGHTS = {
    # a table that is its owner's alone is written with its grants or, after a restore, with none
    "rights": "SELECT relname, relowner::regrole::text, CASE WHEN relkind = 'S' THEN relacl::text ELSE"
    " coalesce(relacl, acldefault('r', relowner))::text END, relrowsecurity, relforcerowsecurity FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v') ORDER BY 1",
    "policies": "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2",
    "functions": "SELECT proname, proowner::regrole::text, proacl::text, prosecdef FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace AND proowner::regrole::text LIKE 'pazar%' ORDER BY 1",
    "triggers": "SELECT tgname, tgrelid::regclass::text, tgenabled FROM pg_trigger"
    " WHERE NOT tgisinternal ORDER BY 1, 2",
}


def test_a_restored_centre_is_the_same_and_opens_its_sealed_bids(folder: Path, centre: Path) -> None:
    # A file of the centre's, and what a demo's clock that was moved leaves behind.
    (centre / "files" / "ab").mkdir(parents=True)
    (centre / "files" / "ab" / "abcd").write_bytes(b"%PDF-1.7 drawing")
    before = digests(centre)
    assert before["procedures_procedure"][0] > 1_000
    assert before["bids_bid"][0] > 0
    told = pazar_(folder, "backup", "--data", centre, "centre.pazar", "--with-keys", "centre.keys")
    assert "Keep it apart" in told
    pazar_(folder, "restore", "--data", folder / "again", "centre.pazar", "--keys", "centre.keys")
    assert digests(folder / "again") == before
    assert (folder / "again" / "files" / "ab" / "abcd").read_bytes() == b"%PDF-1.7 drawing"
    opened = pazar_(folder, folder / "again", code=OPEN_A_BOX).splitlines()
    assert opened
    assert all(float(line.split()[-1]) > 0 for line in opened)
    # The control: nobody opened anything in the centre itself.
    assert digests(centre) == before


def test_no_key_lies_in_the_backup_and_without_keys_it_says_so(folder: Path, centre: Path) -> None:
    backup = folder / "plain.pazar"
    told = pazar_(folder, "backup", "--data", centre, backup)
    assert "without them no sealed bid can be opened" in told
    assert (backup.stat().st_mode & 0o777) == 0o600
    with zipfile.ZipFile(backup) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    keys = [path for name in ("keys", "secrets") for path in (centre / name).iterdir()]
    assert {path.name for path in keys} >= {"sealing", "drafts", "signing", "secret_key"}
    for path in keys:
        secret = path.read_text().strip()
        assert secret.encode() not in whole
        assert len(secret) < 64 or bytes.fromhex(secret) not in whole if path.parent.name == "keys" else True
    told = pazar_(folder, "restore", "--data", folder / "without", backup)
    assert "Keys are missing: keys/drafts" in told


def test_nothing_is_overwritten_and_nothing_half_done_stays(folder: Path, centre: Path) -> None:
    backup = folder / "once.pazar"
    pazar_(folder, "backup", "--data", centre, backup)
    assert "overwrites nothing" in pazar_(folder, "backup", "--data", centre, backup, status=2)
    assert "holds a centre already" in pazar_(folder, "restore", "--data", centre, backup, status=2)
    assert "There is no centre" in pazar_(folder, "backup", "--data", folder / "nobody", folder / "x.pazar", status=2)
    assert not (folder / "x.pazar").exists()
    with zipfile.ZipFile(backup) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts["manifest.json"])
    hurt = parts | {"database.dump": parts["database.dump"][:-1] + b"?"}
    newer = parts | {"manifest.json": json.dumps(manifest | {"format": 99}).encode()}
    outside = parts | {"files/../../escaped": b"x"}
    for content, words in ((hurt, "isn't what was written"), (newer, "newer Pazar"), (outside, "outside its folder")):
        faulty = folder / "faulty.pazar"
        with zipfile.ZipFile(faulty, "w") as archive:
            for name, part in content.items():
                archive.writestr(name, part)
        assert words in pazar_(folder, "restore", "--data", folder / "hurt", faulty, status=2)
        assert not (folder / "hurt" / "postgres").exists()
    assert not (folder / "escaped").exists()
    assert "is no backup of Pazar" in pazar_(folder, "restore", "--data", folder / "hurt", __file__, status=2)
