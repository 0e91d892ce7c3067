"""What benchmarks share: a fresh centre in a folder of its own, files of the shared folder, what was spent."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src"
sys.path.insert(0, str(SOURCE))


@contextmanager
def work_folder(kept: Path | None = None) -> Iterator[Path]:
    """A folder that is gone afterwards, with the server of the centre in it; or `kept`, which stays."""
    work = kept or Path(tempfile.mkdtemp(prefix="pazar-bench-"))
    work.mkdir(exist_ok=True)
    work.chmod(0o755)  # the database's user goes through it
    try:
        yield work
    finally:
        if kept is None:
            from pazar.ground.postgres.cluster import stop

            stop(work / "centre")
            shutil.rmtree(work, ignore_errors=True)


@contextmanager
def fresh_centre(work: Path, mode: Any = "real") -> Iterator[None]:
    """A centre in `work` with a database of its own, whatever the environment names; Django is loaded."""
    os.environ["PAZAR_DATA"] = str(work / "centre")
    os.environ.setdefault("PAZAR_LOG_LEVEL", "ERROR")
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)
    from pazar.config import cli
    from pazar.ground import console

    with console.database(console.data_folder(work / "centre")):
        cli._bring_up_to_date(mode)
        console.load_django()
        yield


def shared_file(folder: str, kind: str, name: str) -> Path | None:
    """`data/KIND/NAME` of the shared folder, or of one of its folders; None where it isn't."""
    given = Path(folder)
    places = (given / "data" / kind / name, given / kind / name, given / name)
    return next((place for place in places if place.exists()), None)


def peak_mb() -> int:
    """The most this process has held, without what its children did."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) // 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def spent(pids: list[int]) -> list[float]:
    """Processor seconds of these processes so far: under load they say more than the clock."""
    found = []
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        found.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return found


def own_backend() -> int:
    """The process of the database's server that works for this connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def load() -> float:
    """How many processes wanted the machine in the last minute: above the cores, the clock says little."""
    return round(os.getloadavg()[0], 1)
