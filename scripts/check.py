"""Everything that can be seen without running the tests: `make check`.

All checks run, two at a time, and every failure is printed, not only the first one's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import house
import lock
from house import ROOT, VENV

OURS = [name for name in ("src", "tests", "scripts", "bench") if (ROOT / name).is_dir()]


# Settings are read without touching anybody's data: secrets would be made in that folder.
SETTINGS_ENV = {
    "DJANGO_SETTINGS_MODULE": "pazar.config.settings",
    "PAZAR_DATA": str(house.BUILD / "check-data"),
    "PAZAR_TESTING": "1",
    "NO_COLOR": "1",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    ok: bool
    said: str
    skipped: bool = False


def tool(*command: str) -> Callable[[], Outcome]:
    """A program of the environment that answers by its exit status."""

    def run() -> Outcome:
        done = subprocess.run(
            [str(VENV / "bin" / command[0]), *command[1:]],
            cwd=ROOT,
            env=os.environ | SETTINGS_ENV,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Outcome(ok=done.returncode == 0, said=done.stdout.strip())

    return run


def only_with(path: Path, check: Callable[[], Outcome]) -> Callable[[], Outcome]:
    return (
        check
        if path.exists()
        else lambda: Outcome(ok=True, skipped=True, said=f"{path.relative_to(ROOT)} isn't there yet")
    )


def addresses() -> Outcome:
    found = lock.addresses(ROOT)
    return Outcome(ok=not found, said="\n".join(found))


def command_exists(name: str) -> bool:
    """Does `pazar` know this command?"""
    return tool("pazar", name, "--help")().ok


def openapi() -> Outcome:
    if not command_exists("openapi"):
        return Outcome(ok=True, skipped=True, said="`pazar openapi` isn't there yet")
    return tool("pazar", "openapi", "--check")()


SETTINGS = ROOT / "src" / "pazar" / "config" / "settings.py"
# the slow ones first: they set the pace
CHECKS: dict[str, Callable[[], Outcome]] = {
    "types (mypy)": only_with(SETTINGS, tool("mypy")),
    "texts translated": tool("python", "scripts/messages.py", "check"),
    "import contracts": tool("lint-imports", "--no-cache", "--no-logo"),
    "migrations": only_with(SETTINGS, tool("python", "-m", "django", "makemigrations", "--check", "--dry-run")),
    "stored OpenAPI": only_with(SETTINGS, openapi),
    "lint (ruff)": tool("ruff", "check", *OURS),
    "format (ruff)": tool("ruff", "format", "--check", *OURS),
    "lock files without addresses": addresses,
}


def run(checks: dict[str, Callable[[], Outcome]]) -> list[str]:
    """Names of the checks that failed; what they said is printed."""

    def timed(check: Callable[[], Outcome]) -> tuple[Outcome, float]:
        start = time.monotonic()
        try:
            return check(), time.monotonic() - start
        except OSError as error:
            return Outcome(ok=False, said=f"{error}. `make setup` installs what checks need."), 0.0

    with ThreadPoolExecutor(max_workers=2) as pool:
        running = {name: pool.submit(timed, check) for name, check in checks.items()}
        failed = []
        for name, future in running.items():
            outcome, seconds = future.result()
            word = "skipped" if outcome.skipped else "good" if outcome.ok else "FAILED"
            print(f"  {name}: {word} ({outcome.said if outcome.skipped else f'{seconds:.1f} s'})", flush=True)
            if not outcome.ok:
                failed.append(name)
                print("\n".join("      " + line for line in outcome.said.splitlines()), flush=True)
    return failed


def main() -> int:
    if not house.PYTHON.exists():
        print("There is no .venv here yet: run `make setup`.", file=sys.stderr)
        return 1
    failed = run(CHECKS)
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
