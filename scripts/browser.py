"""Make sure of a Chromium for the tests that drive one, and print its path.

In order: PAZAR_CHROMIUM; a Chromium or Chrome on this machine; Debian's package where one is root;
Playwright's own download. When there is none it prints nothing on its standard output and says so on the
other; only in CI (CI=true) is that a failure: elsewhere the tests for browsers are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import house

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# asks the installed Playwright where its own browser would be, without starting a download
WHERE = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def named() -> str | None:
    """What the environment names; a wrong name is no reason to take another browser silently."""
    path = os.environ.get("PAZAR_CHROMIUM")
    if not path:
        return None
    if not works(path):
        raise house.Trouble(
            f"PAZAR_CHROMIUM names {path}, which doesn't start.",
            "Name a Chromium that does, or take the variable away.",
        )
    return path


def found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name)) and works(path)), None)


def from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    say("Chromium isn't here; installing Debian's package …")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            say(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")
    return found()


def from_playwright() -> str | None:
    if not house.PYTHON.exists():
        return None
    path = asked_of_playwright()
    if path and works(path):
        return path
    say("Fetching Playwright's Chromium …")
    command = [str(house.PYTHON), "-m", "playwright", "install", "chromium"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        say(f"Playwright couldn't: {done.stderr.strip()[-500:]}")
        return None
    path = asked_of_playwright()
    return path if path and works(path) else None


def asked_of_playwright() -> str | None:
    done = subprocess.run([str(house.PYTHON), "-c", WHERE], capture_output=True, text=True, check=False)
    path = done.stdout.strip()
    return path if path and Path(path).exists() else None


def works(path: str) -> bool:
    """Does it start? A snap's stub and a browser without its libraries are files as well."""
    try:
        done = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


WAYS: tuple[Callable[[], str | None], ...] = (named, found, from_debian, from_playwright)


def main() -> int:
    try:
        for way in WAYS:
            path = way()
            if path:
                print(path)
                return 0
    except house.Trouble as trouble:
        say(f"{trouble.what}\n  {trouble.remedy}")
        return 1
    say(
        "There is no Chromium here, and none could be got.\n"
        "  Install one (on Debian and Ubuntu, as root: apt-get install chromium)\n"
        "  or name one: PAZAR_CHROMIUM=/path/to/chromium"
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
