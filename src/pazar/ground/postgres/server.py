"""One PostgreSQL server process: is it alive, start it, stop it. No roles, no databases, no policy."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from .binaries import Binaries
from .locks import open_lock_file, try_lock
from .problems import trouble
from .users import RunAs

SUPERUSER = "postgres"
PORT = 5432  # only a file name: the socket's folder belongs to one cluster
# A Unix socket's path has at most 107 bytes; "/.s.PGSQL.5432.lock" takes 19 of them.
_LONGEST_FOLDER = 107 - 19
_STARTING = 60.0
_ANSWERING = 10.0
_STOPPING = 60.0

# What an administrator may change (ALTER SYSTEM wins over this file).
TUNABLE = """\
# Written by Pazar at every start. To change a setting use ALTER SYSTEM, which wins over this file.
shared_buffers = 256MB
max_connections = 100
fsync = on
synchronous_commit = on
full_page_writes = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""

# What nobody may change: the socket alone, and a log that never holds a statement or a value. Bids' prices
# pass through here. Errors stay out of it whole (their texts quote values; the application logs its own),
# and what is logged comes without detail, where PostgreSQL would print the row or the running statement.
_PRIVATE_LOG = {
    "logging_collector": "on",
    "log_destination": "stderr",
    "log_filename": "postgres-%a.log",  # seven files, each overwritten after a week
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_duration": "off",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "debug_print_parse": "off",
    "debug_print_rewritten": "off",
    "debug_print_plan": "off",
}

_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, kw_only=True)
class Places:
    """The files of one data folder."""

    data: Path

    @property
    def cluster(self) -> Path:
        return self.data / "postgres"

    @property
    def log(self) -> Path:
        return self.data / "log" / "postgres"

    @property
    def start_lock(self) -> Path:
        return self.data / "postgres-start.lock"

    @property
    def alive_lock(self) -> Path:
        """Held by the server's own processes: free means that none of them lives, whatever a pid says."""
        return self.data / "postgres-alive.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by all who use the server: the last one out stops it."""
        return self.data / "postgres-users.lock"

    @property
    def keep_mark(self) -> Path:
        """There when the server was asked to stay after its last user has gone."""
        return self.data / "postgres-keep"

    @property
    def pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"


def data_url(*, role: str, dbname: str, socket_dir: Path, port: int) -> str:
    """A URL over the socket as libpq writes it: the folder, percent-encoded, in the host's place."""
    return f"postgresql://{role}@{quote(str(socket_dir), safe='')}:{port}/{quote(dbname, safe='')}"


def connect(socket_dir: Path, port: int, dbname: str = "postgres") -> psycopg.Connection:
    """An autocommit connection as superuser."""
    return psycopg.connect(
        host=str(socket_dir),
        port=port,
        user=SUPERUSER,
        dbname=dbname,
        hostaddr="",  # not what PGHOSTADDR and PGOPTIONS say
        options="",
        connect_timeout=10,
        autocommit=True,
    )


def socket_folder(places: Places, run_as: RunAs) -> Path:
    """The folder of this cluster's socket: short, private, the same at every start.

    Its name comes from the path and from the cluster's own number, so that a cluster made anew in the same
    place doesn't meet the sockets of the old one. Not XDG_RUNTIME_DIR: that goes when its user logs out.
    """
    with (places.cluster / "global" / "pg_control").open("rb") as control:
        number = control.read(8)
    digest = hashlib.sha256(number + os.fsencode(places.cluster.resolve())).hexdigest()[:16]
    if os.geteuid() == 0 and Path("/run").is_dir():
        return Path("/run") / f"pazar-{digest}"
    return Path("/tmp") / f"pazar-{run_as.uid}-{digest}"  # noqa: S108  # checked in _private_folder


def _private_folder(folder: Path, run_as: RunAs) -> None:
    """Make `folder` for the server's user alone, or make sure that it already is so."""
    if len(os.fsencode(folder)) > _LONGEST_FOLDER:
        raise AssertionError(f"{folder} is too long for a socket")
    try:
        folder.mkdir(mode=0o700)
        run_as.give(folder)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != run_as.uid:
        # somebody else may have put it there to read what we send: never use it
        raise trouble(
            "socket-folder-taken",
            f"PostgreSQL's socket can't be put into {folder}.",
            f"Something is there that doesn't belong to {run_as.name}.",
            f"Find out who made {folder} and remove it, then try again.",
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def pid_file_lines(places: Places) -> list[str]:
    """The lines of postmaster.pid, empty if there is none."""
    try:
        return places.pid_file.read_text(errors="replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def postmaster(places: Places) -> int | None:
    """The pid of the living postmaster of this cluster; None if there is none, whatever the file says."""
    lines = pid_file_lines(places)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    child = _children.get(pid)
    if child is not None and child.poll() is not None:  # ours and dead: poll takes the corpse away
        del _children[pid]
        return None
    return pid if _is_ours(pid, places.cluster) else None


def _is_ours(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is PostgreSQL working in `cluster`: pids are given again to others."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # another user's, so not the server of this cluster
    process = Path("/proc") / str(pid)
    if not Path("/proc/self").exists():  # no Linux: ask ps
        done = subprocess.run(["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return "postgres" in done.stdout
    try:
        # every process of a PostgreSQL works in its data folder; a zombie works nowhere
        return (process / "cwd").samefile(cluster) and "postgres" in (process / "comm").read_text()
    except OSError:
        return False


def _processes(cluster: Path) -> list[int]:
    """All living PostgreSQL processes of this cluster that /proc shows."""
    proc = Path("/proc")
    pids = [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()] if proc.is_dir() else []
    return [pid for pid in pids if _is_ours(pid, cluster)]


def answers(places: Places) -> tuple[Path, int] | None:
    """Folder and port of the socket at which this very cluster answers; None if it doesn't.

    Waits for one that is starting up.
    """
    begun = time.monotonic()
    said = "nothing"
    while postmaster(places) is not None:
        lines = pid_file_lines(places)
        ready = len(lines) >= 8 and lines[7].strip() == "ready" and lines[4] != ""
        if ready:
            folder, port = Path(lines[4]), int(lines[3])
            try:
                with connect(folder, port) as connection:
                    row = connection.execute("SHOW data_directory").fetchone()
                if row is not None and Path(row[0]).samefile(places.cluster):
                    return folder, port
            except (psycopg.Error, OSError) as error:
                said = str(error)
        else:
            said = "that it is starting or stopping"
        if time.monotonic() > begun + (_STARTING if not ready else _ANSWERING):
            raise trouble(
                "no-answer",
                f"The PostgreSQL in {places.data} is running but can't be used.",
                f"The last thing heard of its process {lines[0] if lines else '?'} was {said}.",
                f"Read {places.log}; `pazar stop` ends it, the next command starts it anew.",
            )
        time.sleep(0.02)
    return None


def start(places: Places, binaries: Binaries, run_as: RunAs) -> tuple[Path, int]:
    """Start the server of a made cluster that isn't running, and heal what a crash left.

    The caller holds the start lock.
    """
    alive = _lock_of_the_dead(places)
    try:
        # Nobody of this cluster lives: what these files say is stale, even if another program has that pid.
        places.pid_file.unlink(missing_ok=True)
        folder = socket_folder(places, run_as)
        _private_folder(folder, run_as)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (folder / name).unlink(missing_ok=True)
        run_as.write(places.cluster / "pazar.conf", TUNABLE)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "log_directory": str(places.log),
            **_PRIVATE_LOG,
        }
        command = [str(binaries.folder / "postgres"), "-D", str(places.cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        first_words = places.log / "start.log"
        run_as.write(first_words, "")
        with first_words.open("ab") as out:
            process = subprocess.Popen(
                command,
                stdout=out,
                stderr=subprocess.STDOUT,
                pass_fds=[alive],  # the server and its children hold the lock from here on
                start_new_session=True,  # a Ctrl-C in the terminal is for us, not for the server
                **run_as.popen_options(),
            )
    finally:
        os.close(alive)
    _children[process.pid] = process
    try:
        _await_ready(places, process, first_words)
    except BaseException:
        _end(places, process.pid)
        raise
    return folder, PORT


def _await_ready(places: Places, process: subprocess.Popen[bytes], first_words: Path) -> None:
    end = time.monotonic() + _STARTING
    while True:
        if process.poll() is not None:
            _children.pop(process.pid, None)
            raise trouble(
                "start-failed",
                f"PostgreSQL in {places.cluster} didn't start.",
                f"It said: {_last_words(places, first_words)}",
                f"Mend what it names, then try again; the whole log is in {places.log}.",
            )
        lines = pid_file_lines(places)
        if lines and lines[0].strip() == str(process.pid) and len(lines) >= 8:
            if lines[7].strip() == "ready":
                return
            # it is replaying its log after a crash: that takes what it takes
            end = max(end, time.monotonic() + 1)
        if time.monotonic() > end:
            raise trouble(
                "start-slow",
                f"PostgreSQL in {places.cluster} didn't start in {_STARTING:.0f} seconds.",
                f"It said: {_last_words(places, first_words)}",
                f"Read {places.log}, then try again.",
            )
        time.sleep(0.01)


def _last_words(places: Places, first_words: Path) -> str:
    logs = sorted(places.log.glob("*.log"), key=lambda log: log.stat().st_mtime)
    texts = [first_words.read_text(errors="replace")]
    texts += [log.read_text(errors="replace") for log in logs[-1:] if log != first_words]
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-5:]) or "nothing."


def _lock_of_the_dead(places: Places) -> int:
    """The open alive-lock, taken; orphans that outlived a killed postmaster are ended first."""
    handle = open_lock_file(places.alive_lock)
    begun = time.monotonic()
    while not try_lock(handle):
        waited = time.monotonic() - begun
        if waited > 3:  # by themselves they go within moments, unless a long statement keeps one
            orphans = _processes(places.cluster)
            for pid in orphans:
                _signal(pid, signal.SIGQUIT if waited < 8 else signal.SIGKILL)
            if waited > 20:
                os.close(handle)
                raise trouble(
                    "orphans",
                    f"PostgreSQL in {places.cluster} can't be started.",
                    f"Processes of an earlier server still hold it ({orphans or 'not visible from here'}).",
                    "End them, then try again. Is the same folder used from another container?",
                )
        time.sleep(0.02)
    stray = [pid for pid in _processes(places.cluster) if pid != os.getpid()]
    if stray:
        os.close(handle)
        raise trouble(
            "foreign-server",
            f"PostgreSQL in {places.cluster} can't be started.",
            f"Processes that Pazar didn't start work in that folder: {stray}.",
            "Stop that server with the tool that started it, then try again.",
        )
    return handle


def is_alive(places: Places) -> bool:
    """Whether any process of this cluster lives."""
    if not places.alive_lock.exists():
        return postmaster(places) is not None
    handle = open_lock_file(places.alive_lock)
    try:
        return not try_lock(handle) or postmaster(places) is not None
    finally:
        os.close(handle)


def stop(places: Places, run_as: RunAs) -> bool:
    """Stop the server, rolling back what is open; False if it wasn't running.

    The caller holds the start lock.
    """
    pid = postmaster(places)
    if pid is None:
        return False
    _end(places, pid)
    if places.cluster.exists():
        shutil.rmtree(socket_folder(places, run_as), ignore_errors=True)
    return True


def _end(places: Places, pid: int) -> None:
    begun = time.monotonic()
    sent: signal.Signals | None = None
    while is_alive(places):
        waited = time.monotonic() - begun
        # fast stop; if that takes too long, stop at once and let the next start replay the log
        wanted = signal.SIGINT if waited < _STOPPING else signal.SIGQUIT
        if wanted != sent:
            _signal(pid, wanted)
            sent = wanted
        if waited > _STOPPING + 15:
            raise trouble(
                "stop-failed",
                f"PostgreSQL in {places.cluster} didn't stop.",
                f"Its process {pid} still runs after {waited:.0f} seconds.",
                f"Read {places.log}; the last way is `kill -9 {pid}`, which the next start heals.",
            )
        child = _children.get(pid)
        if child is not None and child.poll() is not None:
            del _children[pid]
        time.sleep(0.01)
    child = _children.pop(pid, None)
    if child is not None:
        child.wait()


def _signal(pid: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, what)
