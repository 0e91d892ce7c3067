"""`pazar backup` and `pazar restore`: a centre with its embedded database in one file, its keys in another.

The backup is a ZIP: `manifest.json`, `database.dump` (pg_dump's custom format) and `files/…`. Keys aren't in it: with
both in one place, who has the backup reads every sealed bid. They go into a file of their own under a passphrase.
"""

import base64
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from pazar.ground.console import Trouble, data_folder, data_option
from pazar.ground.postgres import dumps
from pazar.ground.postgres.cluster import Cluster, running, stop
from pazar.ground.postgres.locks import claim
from pazar.ground.postgres.problems import PostgresError

FORMAT = 1
KEY_FOLDERS = ("keys", "secrets")
_KEYS_MARK = b"pazar keys 1"
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
_CHUNK = 1024 * 1024


@click.command()
@data_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--with-keys",
    "keys",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the keys too, into this file of their own, under a passphrase (asked for, or PAZAR_KEYS_PASSPHRASE).",
)
def backup(data: Path | None, file: Path, keys: Path | None) -> None:
    """Write the centre's database and files into FILE, while it runs or sleeps."""
    folder = _embedded(data)
    if not (folder / "postgres" / "PG_VERSION").exists():
        raise Trouble(f"There is no centre in {folder}.\nNothing was written.\nName its folder with --data.")
    for target in (file, keys):
        if target is not None and target.exists():
            raise Trouble(
                f"{target} is there already.\nA backup overwrites nothing.\nName another file, or move it away."
            )
    passphrase = _new_passphrase() if keys is not None else ""
    with _told(), running(folder) as cluster:
        rows = _write(cluster, folder, file)
    click.echo(f"{file}: {_figure(rows)} rows of {len(rows)} tables, {_size(file)}.")
    if keys is not None:
        names = write_keys(folder, keys, passphrase)
        click.echo(f"{keys}: {', '.join(names)}. Keep it apart from the backup, and the passphrase apart from both.")
    else:
        places = " and ".join(str(folder / name) for name in KEY_FOLDERS)
        click.echo(f"The keys aren't in it. Copy {places} to another place: without them no sealed bid can be opened.")
    for name in _given_keys():
        click.echo(f"{name} comes from the environment and is in neither file: keep it yourself.", err=True)


@click.command()
@data_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--keys", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="The file of keys.")
def restore(data: Path | None, file: Path, keys: Path | None) -> None:
    """Make the centre of FILE in an empty data folder."""
    folder = _embedded(data)
    if (folder / "postgres").exists() or any((folder / "files").glob("*")):
        raise Trouble(
            f"{folder} holds a centre already.\nA restore overwrites nothing.\nName an empty folder with --data."
        )
    opened = read_keys(keys, _passphrase()) if keys is not None else {}
    for name, content in opened.items():
        there = folder / name
        if there.exists() and there.read_bytes() != content:
            raise Trouble(f"{there} is another key than that of the backup.\nNothing was read.\nMove it away first.")
    folder.mkdir(parents=True, exist_ok=True)
    with _told(), claim(folder), _opened(file) as (archive, manifest):
        try:
            rows = _read(archive, manifest, folder)
        except BaseException:
            # Half a centre would be taken for a whole one.
            stop(folder)
            shutil.rmtree(folder / "postgres", ignore_errors=True)
            shutil.rmtree(folder / "files", ignore_errors=True)
            raise
    for name, content in opened.items():
        _private(folder / name, content)
    click.echo(f"{folder}: {_figure(rows)} rows of {len(rows)} tables as of {manifest['made_at']}.")
    missing = [name for name in manifest["keys"] if not (folder / name).exists()]
    if missing:
        click.echo(
            f"Keys are missing: {', '.join(missing)}. Copy them there before `pazar up`, or read them in now: "
            "without the old ones no sealed bid can be opened, and what was sealed stays shut.",
            err=True,
        )


def _embedded(data: Path | None) -> Path:
    if os.environ.get("DATABASE_URL"):
        raise Trouble(
            "DATABASE_URL names a server of your own.\nPazar backs up and restores its embedded database only.\n"
            "Use that server's tools (pg_dump as a superuser: row security is forced), and copy the files."
        )
    return data_folder(data)


@contextmanager
def _told() -> Iterator[None]:
    """Problems of the database and of the disk as sentences."""
    try:
        yield
    except PostgresError as error:
        raise Trouble(f"{error.problem.what}\n{error.problem.why}\n{error.problem.todo}") from error
    except OSError as error:
        raise Trouble(f"The system says: {error.strerror} ({error.filename}).\nNothing is left half done.") from error


def _write(cluster: Cluster, folder: Path, file: Path) -> dict[str, int]:
    """The backup, under another name until it is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{file.name}-", dir=file.absolute().parent))
    try:
        partial = scratch / "backup"
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            stored = _add_files(archive, folder, set())
            with dumps.snapshot(cluster) as moment:
                dumps.dump(cluster, scratch / "database.dump", of=moment)
            # A file whose row came between: its content is there before its row is.
            stored = _add_files(archive, folder, stored)
            archive.write(scratch / "database.dump", "database.dump")
            manifest = {
                "format": FORMAT,
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "postgres": dumps.programs(cluster).version,
                "rows": moment.rows,
                "files": len(stored),
                "database_sha256": _digest(scratch / "database.dump"),
                "keys": _key_names(folder),
            }
            archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        os.link(partial, file)  # as one step, and never over another file
        return moment.rows
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _add_files(archive: zipfile.ZipFile, folder: Path, known: set[str]) -> set[str]:
    root = folder / "files"
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name in known or not path.is_file():
            continue
        try:
            archive.write(path, f"files/{name}")
        except FileNotFoundError:
            continue  # let go a moment ago
        known.add(name)
    return known


@contextmanager
def _opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if manifest["format"] != FORMAT:
                raise Trouble(f"{file} was written by a newer Pazar.\nNothing was read.\nRestore it with that version.")
            yield archive, manifest
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Trouble(
            f"{file} is no backup of Pazar, or a damaged one.\nNothing was read.\nTake another one."
        ) from error


def _read(archive: zipfile.ZipFile, manifest: dict[str, Any], folder: Path) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="restore-", dir=folder) as scratch:
        dumped = Path(scratch) / "database.dump"
        with archive.open("database.dump") as source, dumped.open("xb") as target:
            shutil.copyfileobj(source, target, _CHUNK)
        if _digest(dumped) != manifest["database_sha256"]:
            raise Trouble("The backup is damaged.\nIts database isn't what was written.\nTake another one.")
        with running(folder) as cluster:
            dumps.restore(cluster, dumped)
            rows = dumps.count_rows(cluster)
        if rows != manifest["rows"]:
            raise Trouble(
                "The restored database isn't that of the backup.\nCounts of rows differ.\nTake another backup."
            )
    root = (folder / "files").resolve()
    for entry in archive.infolist():
        if not entry.filename.startswith("files/") or entry.is_dir():
            continue
        place = (folder / entry.filename).resolve()
        if not place.is_relative_to(root):
            raise Trouble(f"The backup names a file outside its folder: {entry.filename!r}.\nNothing was read.")
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, place.open("xb") as target:
            place.chmod(0o600)
            shutil.copyfileobj(source, target, _CHUNK)
    return rows


def write_keys(folder: Path, file: Path, passphrase: str) -> list[str]:
    """The keys of a data folder, sealed under `passphrase` (scrypt, AES-256-GCM); their names."""
    names = _key_names(folder)
    plain = {name: base64.b64encode((folder / name).read_bytes()).decode() for name in names}
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, json.dumps(plain).encode(), _KEYS_MARK)
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    told = {"pazar": "keys", "format": FORMAT, **{n: base64.b64encode(part).decode() for n, part in parts.items()}}
    _private(file, json.dumps(told).encode())
    return names


def read_keys(file: Path, passphrase: str) -> dict[str, bytes]:
    """The keys in a file by their place in a data folder. Raises Trouble."""
    try:
        told = json.loads(file.read_bytes())
        salt, nonce, sealed = (base64.b64decode(told[name], validate=True) for name in ("salt", "nonce", "sealed"))
        plain = json.loads(AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed, _KEYS_MARK))
        found = {str(name): base64.b64decode(text, validate=True) for name, text in plain.items()}
    except InvalidTag as error:
        raise Trouble(
            f"{file} doesn't open.\nThe passphrase is another one, or the file is damaged.\nTry again."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{file} is no file of keys.\nNothing was read.\nName the one that --with-keys wrote.") from error
    if strange := [name for name in found if Path(name).parent.as_posix() not in KEY_FOLDERS]:
        raise Trouble(f"{file} names places outside the keys' folders: {strange[0]!r}.\nNothing was read.")
    return found


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_SCRYPT).derive(passphrase.encode())


def _key_names(folder: Path) -> list[str]:
    found = (path for name in KEY_FOLDERS for path in (folder / name).glob("[!.]*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _given_keys() -> list[str]:
    return sorted(name for name in os.environ if name.startswith("PAZAR_") and name.endswith(("_KEY", "_KEY_FILE")))


def _new_passphrase() -> str:
    if given := os.environ.get("PAZAR_KEYS_PASSPHRASE"):
        return _strong(given)
    return _strong(click.prompt("Passphrase for the keys", hide_input=True, confirmation_prompt=True, err=True))


def _passphrase() -> str:
    given = os.environ.get("PAZAR_KEYS_PASSPHRASE")
    return given or str(click.prompt("Passphrase of the keys", hide_input=True, err=True))


def _strong(passphrase: str) -> str:
    if len(passphrase) < 12:
        raise Trouble(
            "The passphrase is too short.\nWhoever guesses it reads every sealed bid.\nTake 12 signs or more."
        )
    return passphrase


def _private(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == content:
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _figure(rows: dict[str, int]) -> str:
    return f"{sum(rows.values()):_}".replace("_", " ")


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1024**2:.1f} MB"
