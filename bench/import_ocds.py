"""Releases a second into the database, and the memory that takes.

    pazar bench import-ocds [--data ../shared] [--releases 20000] [--json]

The real releases of `ocds_packages.zip`, each many times under ocids of its own, in one package, taken into a fresh
embedded database: once as new, once as known. Yardsticks of the same run: `json.loads` of the same bytes at once, and
reading alone. Goal: 1,000 releases/s, under 300 MB.
"""

import argparse
import json
import os
import re
import resource
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))


def releases(archive: Path) -> list[dict]:
    found = []
    with zipfile.ZipFile(archive) as file:
        for name in file.namelist():
            if "ocdskit" in name:
                continue
            value = json.loads(file.read(name).decode("utf-8-sig"))
            found += value.get("releases", ()) if "releases" in value and "ocid" not in value else [value]
    return [r for r in found if "ocid" in r and "compiledRelease" not in r and isinstance(r.get("date"), str)]


def package(real: list[dict], count: int) -> Iterator[str]:
    yield '{"uri":"https://example.org/package","publisher":{"name":"Bench"},"releases":['
    for number in range(count):
        release = {**real[number % len(real)], "ocid": f"ocds-bench-{number}"}
        yield ("," if number else "") + json.dumps(release, ensure_ascii=False)
    yield "]}"


def peak_mb() -> int:
    """The most this process has held, without what its children did."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) // 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", default=os.environ.get("PAZAR_SHARED", "../shared"))
    arguments.add_argument("--releases", type=int, default=20_000)
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    folder = Path(chosen.data)
    places = (folder / "data/notices", folder / "notices", folder)
    archive = next((place / "ocds_packages.zip" for place in places if (place / "ocds_packages.zip").exists()), None)
    if archive is None:
        print(f"no ocds_packages.zip under {chosen.data}: name the shared folder by --data or PAZAR_SHARED")
        return 2
    work = Path(tempfile.mkdtemp(prefix="pazar-bench-"))
    work.chmod(0o755)
    try:
        # in a process of its own, so that what making the package takes isn't counted
        made = work / "package.json"
        if (child := os.fork()) == 0:
            with made.open("w", encoding="utf-8") as out:
                out.writelines(package(releases(archive), chosen.releases))
            os._exit(0)
        os.waitpid(child, 0)
        report = measure(made, work, chosen.releases)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(json.dumps(report, indent=None if chosen.json else 1))
    return 0


def measure(made: Path, work: Path, count: int) -> dict[str, object]:
    os.environ["PAZAR_DATA"] = str(work / "centre")
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)
    from pazar.config import cli  # noqa: F401  fills in how a database is brought up to date
    from pazar.ground import console

    with console.database(work / "centre"):
        console.bring_up_to_date()
        console.load_django()
        from pazar.ground.identity.rules.actor import CENTRE
        from pazar.market.procedures.adapters.registry import read_files
        from pazar.market.procedures.commands.import_notices import import_notices

        begun = time.perf_counter()
        read = sum(1 for _ in read_files([made]))
        reading = time.perf_counter() - begun
        begun = time.perf_counter()
        (first,) = import_notices(actor=CENTRE, paths=[made])
        storing = time.perf_counter() - begun
        begun = time.perf_counter()
        (again,) = import_notices(actor=CENTRE, paths=[made])
        repeating = time.perf_counter() - begun
        memory = peak_mb()
    begun = time.perf_counter()
    json.loads(made.read_bytes())
    loading = time.perf_counter() - begun
    return {
        "releases": read,
        "bytes_each": made.stat().st_size // count,
        "new": first.new,
        "refused": first.refused_count,
        "per_second": round(count / storing),
        "same_again": again.same,
        "same_again_per_second": round(count / repeating),
        "reading_alone_per_second": round(count / reading),
        "memory_mb": memory,
        "yardstick_json_loads_per_second": round(count / loading),
        "goal": {"per_second": 1000, "memory_mb": 300},
    }


if __name__ == "__main__":
    sys.exit(main())
