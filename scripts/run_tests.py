"""Run the tests: `make test` (checks, then all but the long ones), `make test T=bids`, `make test-long`.

A part is a path, the name of a domain or of a folder in tests/, or else words that pytest's -k understands.
Every worker has databases of its own; PAZAR_CHROMIUM tells the tests for browsers which one to drive.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import check
import house
from house import ROOT


def chromium() -> str | None:
    """Path of a Chromium, or None when none can be had; ends the run where that is a failure."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "browser.py")], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout.strip() or None


def selected(part: str, root: Path = ROOT) -> list[str]:
    """What pytest is given for a part: paths where the name is one, words to look for otherwise."""
    if not part:
        return []
    if (root / part.split("::")[0]).exists():
        return [part]
    tops = [root / "src", root / "tests"]
    # below a folder that was found there is nothing to add: ground/ui holds its own tests/ui
    folders = [path for top in tops for path in sorted(top.glob(f"**/{part}")) if path.is_dir()]
    outermost = [path for path in folders if not any(other in path.parents for other in folders)]
    return [str(path.relative_to(root)) for path in outermost] or ["-k", part]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default="", help="only this part, without the checks")
    parser.add_argument("--long", action="store_true", help="the tests that take long, and only those")
    parser.add_argument("--workers", default="auto", help="how many at a time")
    chosen = parser.parse_args()
    browser = chromium()
    checked = True
    if not chosen.part and not chosen.long:
        print("Checks:", flush=True)
        checked = check.main() == 0
    command = [str(house.PYTHON), "-m", "pytest", "-m", "long" if chosen.long else "not long"]
    command += [] if chosen.workers in ("0", "1") else ["-n", chosen.workers]
    env = os.environ | ({"PAZAR_CHROMIUM": browser} if browser else {})
    tested = subprocess.run(
        [*command, *selected(chosen.part)], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False
    ).returncode
    if not checked:
        print("The tests ran all the same, but the checks failed: see above.", flush=True)
    return tested or (0 if checked else 1)


if __name__ == "__main__":
    sys.exit(main())
