"""Locks of the operating system on files of a data folder: who dies gives them back."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from .problems import AlreadyRunning, Problem, trouble


def open_lock_file(path: Path) -> int:
    """Open (or make) a lock file; closed on exec unless handed over on purpose."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(path, flags, 0o600)
    folder = path.parent.stat()
    if os.geteuid() == 0 and folder.st_uid != os.fstat(handle).st_uid:
        os.fchown(handle, folder.st_uid, folder.st_gid)  # or the plain user couldn't open it later
    return handle


def try_lock(handle: int, *, shared: bool = False) -> bool:
    """Take the lock of an open file if it is free; True when it is ours now."""
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def waiting_lock(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the lock of a file alone, waiting for others at most `seconds`."""
    handle = open_lock_file(path)
    try:
        end = time.monotonic() + seconds
        while not try_lock(handle):
            if time.monotonic() > end:
                raise trouble(
                    "busy",
                    "PostgreSQL couldn't be reached in time.",
                    f"Another command has been starting or stopping it for {seconds:.0f} seconds ({path}).",
                    "Wait for that command or end it, then try again.",
                )
            time.sleep(0.01)
        yield
    finally:
        os.close(handle)


@contextmanager
def claim(data: Path, purpose: str = "up") -> Iterator[None]:
    """Hold the data folder for one purpose; a second process gets `AlreadyRunning` with the pid of the first.

    The folder must exist. A process that dies gives its claim back, however it dies.
    """
    handle = open_lock_file(data / f"{purpose}.lock")
    try:
        if not try_lock(handle):
            raise _already_running(data, purpose, os.pread(handle, 4096, 0))
        mine = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(mine).encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _already_running(data: Path, purpose: str, written: bytes) -> AlreadyRunning:
    pid: int | None = None
    try:
        told = json.loads(written)
        pid = int(told["pid"])
        who = f"Process {pid} has been running since {told['since']} and holds the folder {data}."
    except (ValueError, KeyError, TypeError):  # it has the lock but hasn't written yet
        who = f"Another process holds the folder {data}."
    stop = f"Stop it with Ctrl-C where it runs (or `kill {pid}`)" if pid else "Stop it"
    return AlreadyRunning(
        Problem(
            code="already-running",
            what=f"`pazar {purpose}` is already running with this data.",
            why=who,
            todo=f"{stop}, or name another folder with --data.",
        ),
        pid=pid,
    )
