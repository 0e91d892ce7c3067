"""The embedded cluster of a data folder: made when missing, started when asleep, shared by all commands."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from . import roles, server
from .binaries import Binaries, find_binaries
from .locks import claim, open_lock_file, try_lock, waiting_lock
from .problems import AlreadyRunning, PostgresError, Problem, trouble
from .server import Places
from .users import RunAs, chain, is_root, runner_for

__all__ = [
    "AlreadyRunning",
    "Cluster",
    "PostgresError",
    "Problem",
    "claim",
    "create_database",
    "default_data",
    "ensure_running",
    "running",
    "stop",
]

DATABASE = "pazar"
_WAITING = 120.0  # for another command that is making, starting or stopping the cluster

_LOGINS = {
    "superuser": server.SUPERUSER,
    "owner": roles.OWNER,
    "app": roles.APP,
    "reader": roles.READER,
}

# How this process says that it uses a server: one open, shared lock per data folder.
_in_use: dict[Path, int] = {}


def default_data() -> Path:
    """The data folder when none is named: PAZAR_DATA, /var/lib/pazar for root, else ~/.local/share/pazar."""
    named = os.environ.get("PAZAR_DATA")
    if named:
        return Path(named).expanduser().absolute()
    if is_root():
        return Path("/var/lib/pazar")
    return Path.home() / ".local" / "share" / "pazar"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running cluster. `started_here` tells whether this call started it or found it running."""

    data: Path
    socket_dir: Path
    port: int
    started_here: bool

    def url(self, *, role: str, dbname: str = DATABASE) -> str:
        """A postgresql:// URL over the Unix socket; `role` is superuser, owner, app or reader."""
        return server.data_url(role=_LOGINS[role], dbname=dbname, socket_dir=self.socket_dir, port=self.port)

    def stop(self) -> None:
        """Leave the server: it stops if no other process uses it and it wasn't asked to stay."""
        _leave(self.data)


def ensure_running(data: Path, *, keep: bool = False) -> Cluster:
    """The running cluster of the folder `data`, with roles, extensions and the database `pazar`.

    Makes, heals and starts what is missing; several processes may call it at once. With `keep` the server
    stays when its last user leaves, until `stop`. Raises PostgresError.
    """
    data = data.expanduser().absolute()
    places = Places(data=data)
    run_as = _prepare_folder(places)
    with waiting_lock(places.start_lock, seconds=_WAITING):
        if keep:
            places.keep_mark.touch()
        found = server.answers(places)
        started_here = found is None
        if found is None:
            binaries = find_binaries(run_as)
            if not (places.cluster / "PG_VERSION").exists():
                _make(places, binaries, run_as)
            _check_version(places, binaries)
            found = server.start(places, binaries, run_as)
        cluster = Cluster(data=data, socket_dir=found[0], port=found[1], started_here=started_here)
        _use(places)
        try:
            with server.connect(*found) as connection:
                if not roles.is_prepared(connection, DATABASE):
                    roles.make_roles(connection)
                    _create(connection, cluster, DATABASE, template=None)
        except BaseException:
            _forget(data)
            if started_here:
                server.stop(places, run_as)
            raise
    return cluster


@contextmanager
def running(data: Path) -> Iterator[Cluster]:
    """The cluster for the length of a command: started when it sleeps, left as it was found."""
    cluster = ensure_running(data)
    try:
        yield cluster
    finally:
        cluster.stop()


def stop(data: Path) -> bool:
    """Stop the server of a data folder whoever started it; False if it wasn't running."""
    data = data.expanduser().absolute()
    places = Places(data=data)
    if not places.cluster.exists():
        return False
    run_as = runner_for(data, places.cluster)
    with waiting_lock(places.start_lock, seconds=_WAITING):
        places.keep_mark.unlink(missing_ok=True)
        _forget(data)
        return server.stop(places, run_as)


def create_database(cluster: Cluster, name: str, template: str | None = None) -> None:
    """Make the database `name`, owned by *owner*, with extensions and rights as `pazar` has them.

    With `template` it begins as a copy of that database, to which nobody may be connected. Raises
    psycopg.errors.DuplicateDatabase when it is there already.
    """
    with server.connect(cluster.socket_dir, cluster.port) as connection:
        _create(connection, cluster, name, template=template)


def drop_database(cluster: Cluster, name: str) -> None:
    """Remove the database `name` if it is there, and whoever is connected to it."""
    with server.connect(cluster.socket_dir, cluster.port) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(connection: psycopg.Connection, cluster: Cluster, name: str, *, template: str | None) -> None:
    there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount
    if not there or name != DATABASE:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(roles.OWNER), sql.Identifier(template or "template0")
            )
        )
    with server.connect(cluster.socket_dir, cluster.port, name) as inside:
        roles.give_rights(inside, name)


def _prepare_folder(places: Places) -> RunAs:
    """Make the folders that are missing, so that the server's user can enter them and others can't."""
    try:
        places.data.parent.mkdir(parents=True, exist_ok=True)
        places.data.mkdir(mode=0o700, exist_ok=True)
        is_new = not any(places.data.iterdir())
        run_as = runner_for(places.data, places.cluster)
        places.log.parent.mkdir(mode=0o755, exist_ok=True)
        places.log.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise trouble(
            "data-closed",
            f"The data folder {places.data} can't be made or used.",
            f"The system says: {error.strerror} ({error.filename}).",
            "Name a folder that you may write to with --data or PAZAR_DATA.",
        ) from error
    if run_as.switch:
        if is_new and places.data.stat().st_uid == 0:
            # Root keeps the folder (keys lie there), the server's user may pass through it. Not if there was
            # something in it: --data may name /root by mistake.
            os.chown(places.data, -1, run_as.gid)
            places.data.chmod(0o710)
        run_as.give(places.log)
        closed = run_as.first_closed(chain(places.log))
        if closed is not None:
            raise trouble(
                "data-closed",
                f"PostgreSQL can't keep its data in {places.data}.",
                f"It runs as the user {run_as.name}, since root may not, and {closed} is closed to it.",
                "Name another folder with --data (root's default is /var/lib/pazar), "
                f"or open the way: chmod o+x {shlex.quote(str(closed))}",
            )
    return run_as


def _make(places: Places, binaries: Binaries, run_as: RunAs) -> None:
    """Make an empty cluster: whole or not at all."""
    if places.cluster.exists() and any(places.cluster.iterdir()):
        raise trouble(
            "not-a-cluster",
            f"PostgreSQL can't keep its data in {places.cluster}.",
            "The folder isn't empty and holds no PostgreSQL cluster.",
            "Move it away, or name another folder with --data.",
        )
    for old in places.data.glob("postgres-new-*"):  # of a command that was killed; we hold the lock
        shutil.rmtree(old, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=places.data))
    run_as.give(unfinished)
    # sorts by code point, upper and lower case for all of Unicode, the same on every system
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    locale += ["--lc-ctype=C.UTF-8"]  # pg_trgm asks the C library what a letter is: in C no Cyrillic one is
    if binaries.major < 17:
        locale = ["--locale=C.UTF-8"]
    command = [str(binaries.folder / "initdb"), "-D", str(unfinished), f"--username={server.SUPERUSER}"]
    command += ["--auth=trust", "--encoding=UTF8", *locale, "--text-search-config=simple"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **run_as.popen_options())
    if done.returncode:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise trouble(
            "initdb-failed",
            f"A PostgreSQL cluster couldn't be made in {places.data}.",
            f"initdb said: {' | '.join(done.stderr.strip().splitlines()[-3:])}",
            "Mend what it names (often a full disk), then try again.",
        )
    # Trust is right here: only the server's user and root can enter the folder of the socket.
    hba = f"local all all trust\nlocal replication {server.SUPERUSER} trust\n"
    run_as.write(unfinished / "pg_hba.conf", hba)
    conf = (unfinished / "postgresql.conf").read_text(encoding="utf-8")
    run_as.write(unfinished / "postgresql.conf", f"{conf}\ninclude_if_exists = 'pazar.conf'\n")
    if places.cluster.exists():
        places.cluster.rmdir()
    unfinished.rename(places.cluster)


def _check_version(places: Places, binaries: Binaries) -> None:
    made_by = (places.cluster / "PG_VERSION").read_text().strip()
    if made_by != str(binaries.major):
        raise trouble(
            "other-version",
            f"The data in {places.cluster} can't be used by PostgreSQL {binaries.version}.",
            f"It was made by PostgreSQL {made_by}.",
            f"Set PAZAR_PG_BIN to the bin folder of a PostgreSQL {made_by}, or carry the data over: "
            "`pazar backup` with the old one, `pazar restore` into a new folder with the new one.",
        )


def _use(places: Places) -> None:
    """Say that this process uses the server, until it leaves or dies."""
    if places.data not in _in_use:
        handle = open_lock_file(places.users_lock)
        if not try_lock(handle, shared=True):  # only ever held alone under the start lock, which we have
            raise AssertionError("the users' lock is held alone outside the start lock")
        _in_use[places.data] = handle


def _forget(data: Path) -> None:
    handle = _in_use.pop(data, None)
    if handle is not None:
        os.close(handle)


def _leave(data: Path) -> None:
    places = Places(data=data)
    if data not in _in_use:
        return
    with waiting_lock(places.start_lock, seconds=_WAITING):
        _forget(data)
        handle = open_lock_file(places.users_lock)
        try:
            if try_lock(handle) and not places.keep_mark.exists():
                server.stop(places, runner_for(data, places.cluster))
        finally:
            os.close(handle)
