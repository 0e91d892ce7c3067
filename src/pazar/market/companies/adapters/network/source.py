"""Which registers the centre asks, in which order: names of our own files, files of the operator's, or the snapshot.

`PAZAR_REGISTERS="snapshot,gleif,/etc/pazar/registers.toml"`. A file has a table `[[register]]` for each register; what
its keys mean stands in docs/registers.md. A file that can't be understood stops the centre when it starts.
"""

import ipaddress
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pazar.ground.net.rules.addresses import Network
from pazar.market.companies.rules.particulars import Status

SNAPSHOT: Final = "snapshot"
KINDS: Final = ("regix", "gleif", "vies", "http")
OWN: Final = Path(__file__).parents[2] / "data" / "registers"
_KEYS: Final = {
    "kind", "name", "url", "schemes", "countries", "seconds", "most_kb", "headers", "certificate", "inside",
    "with_http", "answer", "found", "fields", "statuses", "lists", "namespaces", "context", "method", "body",
}  # fmt: skip
FIELDS: Final = (
    "number", "name", "name_latin", "legal_form", "status", "address", "town", "postal_code", "region",
    "representatives", "founded_on", "email", "website",
)  # fmt: skip


class BadRegisters(ValueError):
    """The operator's file can't be understood; the text says where and why."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One register on the network. Paths (`found`, `fields`) are JSONPath or XPath, after `answer`."""

    kind: str
    name: str
    url: str
    schemes: frozenset[str] = frozenset()  # empty: what its kind serves
    countries: frozenset[str] = frozenset()  # empty: all
    seconds: float = 5.0
    most_bytes: int = 1024 * 1024
    headers: Mapping[str, str] = field(default_factory=dict)
    certificate: Path | None = None
    inside: tuple[Network, ...] = ()
    with_http: bool = False
    method: str = "GET"
    body: str = ""
    answer: str = "json"
    found: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, Status] = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)


def read(names: Iterable[str]) -> list[Source | None]:
    """The registers in the order they are asked; None stands for the snapshot. Raises BadRegisters."""
    found: list[Source | None] = []
    for name in names:
        if name == SNAPSHOT:
            found.append(None)
        else:
            found.extend(_file(_path(name)))
    called = [source.name if source else SNAPSHOT for source in found]
    twice = sorted({name for name in called if called.count(name) > 1})
    if twice:
        raise BadRegisters(f"Two registers are called {twice[0]}. Give each its own name.")
    return found


def _path(name: str) -> Path:
    own = OWN / f"{name}.toml"
    if own.parent == OWN and own.is_file():
        return own
    if name.endswith(".toml") and Path(name).is_file():
        return Path(name)
    ours = ", ".join(sorted(file.stem for file in OWN.glob("*.toml")))
    raise BadRegisters(f"There is no register {name}. Say snapshot, {ours}, or a file that ends in .toml.")


def _file(path: Path) -> list[Source]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRegisters(f"{path.name} can't be read: {error}") from error
    rows = told.get("register")
    if not isinstance(rows, list) or not rows or set(told) != {"register"}:
        raise BadRegisters(f"{path.name} must hold tables [[register]] and nothing else.")
    return [_source(path, number, row) for number, row in enumerate(rows, start=1)]


def _source(path: Path, number: int, row: Mapping[str, Any]) -> Source:
    where = f"{path.name}, register {number}"
    if unknown := sorted(set(row) - _KEYS):
        raise BadRegisters(f"{where}: {unknown[0]} is no key that is known.")
    if row.get("kind") not in KINDS:
        raise BadRegisters(f"{where}: kind must be one of {', '.join(KINDS)}.")
    for key in ("name", "url"):
        if not isinstance(row.get(key), str) or not row[key]:
            raise BadRegisters(f"{where}: {key} is missing.")
    try:
        made = Source(
            kind=row["kind"],
            name=row["name"],
            url=row["url"],
            schemes=frozenset(row.get("schemes", ())),
            countries=frozenset(row.get("countries", ())),
            seconds=float(row.get("seconds", 5)),
            most_bytes=int(row.get("most_kb", 1024)) * 1024,
            headers={str(k): str(v) for k, v in dict(row.get("headers", {})).items()},
            certificate=Path(row["certificate"]) if row.get("certificate") else None,
            inside=tuple(ipaddress.ip_network(name) for name in row.get("inside", ())),
            with_http=bool(row.get("with_http", False)),
            method=str(row.get("method", "GET")),
            body=str(row.get("body", "")),
            answer=str(row.get("answer", "json")),
            found=str(row.get("found", "")),
            fields={str(k): str(v) for k, v in dict(row.get("fields", {})).items()},
            statuses={str(k).casefold(): Status(v) for k, v in dict(row.get("statuses", {})).items()},
            namespaces={str(k): str(v) for k, v in dict(row.get("namespaces", {})).items()},
            context={str(k): str(v) for k, v in dict(row.get("context", {})).items()},
        )
    except (TypeError, ValueError) as error:
        raise BadRegisters(f"{where}: {error}") from error
    if made.kind == "http":
        _check_paths(where, made)
    if made.certificate is not None and not made.certificate.is_file():
        raise BadRegisters(f"{where}: there is no file {made.certificate}.")
    return made


def _check_paths(where: str, source: Source) -> None:
    from pazar.market.companies.adapters.network import paths

    if source.answer not in ("json", "xml") or source.method not in ("GET", "POST"):
        raise BadRegisters(f"{where}: answer is json or xml, method GET or POST.")
    if not source.schemes:
        raise BadRegisters(f"{where}: schemes must name the kinds of number it is asked for, such as BG-EIK.")
    if "name" not in source.fields or "number" not in source.fields:
        raise BadRegisters(f"{where}: fields must say where name and number stand.")
    if unknown := sorted(set(source.fields) - set(FIELDS)):
        raise BadRegisters(f"{where}: {unknown[0]} is no field. Known are {', '.join(FIELDS)}.")
    for path in filter(None, (source.found, *source.fields.values())):
        if not paths.is_path(path, source.answer, source.namespaces):
            raise BadRegisters(f"{where}: {path} is no {'JSONPath' if source.answer == 'json' else 'XPath'}.")
