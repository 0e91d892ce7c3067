"""As which system user PostgreSQL runs: as root it refuses to, so it gets a user of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .problems import trouble

SYSTEM_USER = "pazar"
# Variables that would change what PostgreSQL's programs do behind our back.
_STRANGE = ("PG", "LC_", "LANG")


@dataclass(frozen=True, kw_only=True)
class RunAs:
    """The user who owns a cluster and runs its processes; `switch` when that isn't ourselves."""

    uid: int
    gid: int
    name: str
    switch: bool

    def popen_options(self) -> dict[str, Any]:  # Any: keyword arguments of subprocess, of many types
        """Arguments for `subprocess` that make the child this user, in a clean environment."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(_STRANGE)}
        options: dict[str, Any] = {
            "cwd": "/",  # our own working folder may be closed to that user
            "env": env | {"LC_ALL": "C", "TZ": "UTC"},
            "stdin": subprocess.DEVNULL,
        }
        if self.switch:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def give(self, path: Path) -> None:
        """Make `path` belong to this user, if that takes a change."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def write(self, path: Path, text: str) -> None:
        """Write a small file of this user's; a link in its place is refused, not followed."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        self.give(path)

    def first_closed(self, paths: Sequence[Path], *, test: str = "-x") -> Path | None:
        """The first of `paths` that this user can't enter (or run), None if all are open to him."""
        script = f'for p; do test {test} "$p" || {{ printf %s "$p"; exit 1; }}; done'
        done = subprocess.run(
            ["/bin/sh", "-c", script, "sh", *paths], capture_output=True, check=False, **self.popen_options()
        )
        return Path(os.fsdecode(done.stdout)) if done.returncode else None


def chain(path: Path) -> list[Path]:
    """`path` and every folder above it, from the root down."""
    return [*reversed(path.parents), path]


def is_root() -> bool:
    """Whether we are the system's superuser."""
    return os.geteuid() == 0


def runner_for(data: Path, cluster: Path) -> RunAs:
    """Who runs the cluster of a data folder: ourselves; as root its owner, or the user `pazar`."""
    if not is_root():
        for folder in (cluster, data):
            if folder.exists() and folder.stat().st_uid != os.geteuid():
                owner = _name(folder.stat().st_uid)
                raise trouble(
                    "data-not-ours",
                    f"The data folder {folder} can't be used.",
                    f"It belongs to {owner}, and you are {_name(os.geteuid())}.",
                    f"Run the command as {owner} or as root, or name another folder with --data.",
                )
        return RunAs(uid=os.geteuid(), gid=os.getegid(), name=_name(os.geteuid()), switch=False)
    entry = _system_user()
    for folder in (cluster, data):
        if folder.exists() and folder.stat().st_uid not in (0, entry.pw_uid):
            # root's files in it would lock that user out, and his links could lead root astray
            owner = _name(folder.stat().st_uid)
            raise trouble(
                "data-not-ours",
                f"The data folder {folder} can't be used by root.",
                f"It belongs to {owner}.",
                f"Run the command as {owner}, or name another folder with --data.",
            )
    return RunAs(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name, switch=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # containers run as numbers without a name
        return f"user {uid}"


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    reason = "the program useradd isn't there."
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if useradd is not None:
        command = [useradd, "--system", "--user-group", "--no-create-home"]
        command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        reason = f"useradd said: {done.stderr.strip()}"
    try:
        return pwd.getpwnam(SYSTEM_USER)  # another command may have made it in the same moment
    except KeyError:
        raise trouble(
            "no-system-user",
            f"The system user {SYSTEM_USER} is missing and couldn't be made.",
            f"PostgreSQL doesn't run as root, and {reason}",
            f"Make a system user named {SYSTEM_USER}, or run Pazar as a plain user.",
        ) from None
