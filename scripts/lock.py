"""Write the lock files anew: hashes of everything, addresses of nothing.

`make lock` after a change of requirements/*.in or package.json. With `--upgrade` every version may move;
without it only what the change asks for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import house

PARTS = ("setup", "base", "dev")


def lock_python(*, upgrade: bool) -> None:
    """Resolve requirements/*.in for every platform and every Python since 3.11."""
    for part in PARTS:
        command = [
            *(str(house.VENV / "bin" / "uv"), "pip", "compile", "--quiet", "--universal"),
            *("--python-version", "3.11", "--generate-hashes"),
            *("--no-emit-index-url", "--no-annotate", "--no-header"),
            *(f"requirements/{part}.in", "-o", f"requirements/{part}.txt"),
        ]
        subprocess.run(
            [*command, *(["--upgrade"] if upgrade else [])],
            cwd=house.ROOT,
            check=True,
            env=house.environment(),
        )
        print(f"requirements/{part}.txt")


def without_addresses(lock: dict[str, object]) -> dict[str, object]:
    """The npm lock without the pages that ask for gifts: the only addresses npm still writes."""
    packages = lock["packages"]
    assert isinstance(packages, dict)
    return lock | {
        "packages": {path: {k: v for k, v in entry.items() if k != "funding"} for path, entry in packages.items()}
    }


def lock_node(*, upgrade: bool) -> None:
    """Resolve package.json into package-lock.json, without installing."""
    verb = "update" if upgrade else "install"
    subprocess.run(
        [*house.npm(), verb, "--package-lock-only", "--ignore-scripts"],
        cwd=house.ROOT,
        check=True,
        env=house.environment(),
    )
    path = house.ROOT / "package-lock.json"
    lock = without_addresses(json.loads(path.read_text("utf-8")))
    path.write_text(json.dumps(lock, indent=2) + "\n", "utf-8")
    print("package-lock.json")


def main() -> int:
    upgrade = "--upgrade" in sys.argv[1:]
    lock_python(upgrade=upgrade)
    lock_node(upgrade=upgrade)
    found = addresses(house.ROOT)
    for place in found:
        print(place)
    return 1 if found else 0


def addresses(root: Path) -> list[str]:
    """Places in the lock files that name an address, as sentences; none is right."""
    files = [*sorted((root / "requirements").glob("*.txt")), root / "package-lock.json"]
    return [
        f"{path.relative_to(root)}:{number} holds an address; run `make lock`: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "://" in line or "git+" in line or '"resolved"' in line
    ]


if __name__ == "__main__":
    sys.exit(main())
