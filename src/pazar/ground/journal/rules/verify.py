"""Verify an export of the journal, without a server (J1). The Merkle tree's proofs join in a later release."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pazar.ground.journal.rules import leaf as leaves


@dataclass(frozen=True, kw_only=True)
class Fault:
    line: int
    what: str


@dataclass(kw_only=True)
class Report:
    """Counts of entries by what could be checked of them, and every fault with its line."""

    entries: int = 0
    checked: int = 0
    secret: int = 0
    erased: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify(lines: Iterable[str]) -> Report:
    """Whether `lines` are a whole export: known format, order without gaps, each payload fitting its leaf."""
    report = Report()
    expected = 1
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
        except ValueError:
            report.faults.append(Fault(line=number, what="this is no line of an export"))
            continue
        if number == 1:
            if not isinstance(line, dict) or line.get("format") != "pazar-journal-1":
                report.faults.append(Fault(line=1, what="this is no export of a journal, or of another version"))
                return report
            continue
        report.entries += 1
        fault = _fault(line, expected, report)
        if fault:
            report.faults.append(Fault(line=number, what=fault))
        expected = line["seq"] + 1 if isinstance(line, dict) and isinstance(line.get("seq"), int) else expected + 1
    return report


def _fault(line: Any, expected: int, report: Report) -> str:
    try:
        if line["seq"] != expected:
            return f"entry {expected} is missing: this is {line['seq']}"
        leaf = bytes.fromhex(line["leaf"])
        if len(leaf) != 32:
            return f"entry {expected} has no whole leaf"
        if line.get("secret"):
            report.secret += 1
        elif line.get("erased"):
            report.erased += 1
        elif leaf != leaves.leaf(salt=bytes.fromhex(line["salt"]), payload=base64.b64decode(line["payload"])):
            return f"entry {expected} was altered: its payload doesn't fit its leaf"
        else:
            report.checked += 1
    except (KeyError, TypeError, ValueError):
        return "this is no entry"
    return ""
