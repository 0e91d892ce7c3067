"""Verify an export of the journal, without a server (J1): order, payloads, tree, heads, receipts, stamps."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509

from pazar.ground.journal.rules import erasure, stamp
from pazar.ground.journal.rules import head as heads
from pazar.ground.journal.rules import leaf as leaves
from pazar.ground.journal.rules import receipt as receipts_of
from pazar.ground.journal.rules.head import Head, HeadUnreadable
from pazar.ground.journal.rules.merkle import Frontier
from pazar.ground.journal.rules.receipt import Receipt, ReceiptUnreadable
from pazar.ground.journal.rules.stamp import StampWrong

FORMAT = "pazar-journal-2"
FORMAT_WITHOUT_TREE = "pazar-journal-1"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`where` is a line of the export, or the name of a file that was given beside it."""

    where: str
    what: str


@dataclass(kw_only=True)
class Report:
    """Counts of entries by what could be checked of them, what holds in sentences, and every fault."""

    entries: int = 0
    checked: int = 0
    secret: int = 0
    erased: int = 0
    holds: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, where: str, what: str) -> None:
        self.faults.append(Fault(where=where, what=what))


def verify(
    lines: Iterable[str],
    *,
    receipts: Mapping[str, str] | None = None,
    older: Mapping[str, str] | None = None,
    keys: Sequence[bytes] = (),
    roots: Sequence[x509.Certificate] = (),
) -> Report:
    """Whether `lines` are a whole export, and agree with what was kept from before.

    `receipts` and `older` heads are texts by the names of their files. `keys` are the centre's public keys as the
    reader knows them from elsewhere: without any, the export's own is taken, and the report says so. `roots` are the
    certificates that time stamp authorities must chain to.
    """
    run = _Run(keys=keys, roots=roots)
    for name, text in (older or {}).items():
        run.take_head(name, text)
    for name, text in (receipts or {}).items():
        run.take_receipt(name, text)
    number = 0
    for number, text in enumerate(lines, start=1):
        if not run.take_line(number, text):
            break
    if not number:
        run.report.fault("line 1", "this is no export of a journal: it is empty")
    run.finish()
    return run.report


class _Run:
    def __init__(self, *, keys: Sequence[bytes], roots: Sequence[x509.Certificate]) -> None:
        self.report = Report()
        self.keys, self.roots, self.is_pinned = list(keys), roots, bool(keys)
        self.frontier = Frontier()
        self.own: Head | None = None
        self.has_tree = False
        # What is to be found when the tree has a size, an entry a number, a leaf its place.
        self.heads: dict[int, list[tuple[str, Head]]] = defaultdict(list)
        self.receipts: dict[int, list[tuple[str, Receipt]]] = defaultdict(list)
        self.looked_for: dict[bytes, str] = {}
        self.waiting_receipts: list[tuple[str, Receipt]] = []
        # Erased entries by their number, with the entry that is said to record it; and what records say.
        self.erased: dict[int, tuple[str, Any]] = {}
        self.records: dict[int, Any] = {}

    # --- what is given beside the export -------------------------------------------------------
    def take_head(self, name: str, text: str) -> None:
        try:
            found = heads.read(text)
        except HeadUnreadable:
            self.report.fault(name, "this is no head of a journal")
            return
        self.heads[found.size].append((name, found))

    def take_receipt(self, name: str, text: str) -> None:
        try:
            found = receipts_of.read(text)
        except ReceiptUnreadable:
            self.report.fault(name, "this is no receipt, or it was altered")
            return
        self.waiting_receipts.append((name, found))
        if found.proof is None:
            self.looked_for[found.leaf] = name
        else:
            self.receipts[found.proof.number].append((name, found))
            self.heads[found.proof.head.size].append((name, found.proof.head))

    # --- the export ------------------------------------------------------------------------------
    def take_line(self, number: int, text: str) -> bool:
        """False where reading on makes no sense."""
        where = f"line {number}"
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            line = None
        if number == 1:
            return self._header(line)
        if not isinstance(line, dict):
            self.report.fault(where, "this is no line of an export")
        elif "stamp" in line:
            self._stamped_head(where, line)
        else:
            self._entry(where, line)
        return True

    def finish(self) -> None:
        size = self.frontier.size
        for wanted in sorted(one for one in self.heads if one > size):
            for name, _head in self.heads[wanted]:
                self.report.fault(name, f"it covers {wanted} entries, the export ends at {size}")
        for name in self.looked_for.values():
            self.report.fault(name, "its entry isn't in the export")
        for name, receipt in self.waiting_receipts:
            if receipt.proof is not None:
                for what in receipts_of.faults(receipt, keys=self.keys):
                    self.report.fault(name, what)
                for answer in receipt.proof.stamps:
                    self._stamp(name, receipt.proof.head, answer)
            if all(fault.where != name for fault in self.report.faults):
                self.report.holds.append(f"{name}: its entry stands in the journal")
        if self.has_tree and (self.own.size if self.own else 0) < size:
            self.report.fault("line 1", f"{size} entries follow, its head covers {self.own.size if self.own else 0}")
        self._erasures(size)

    def _header(self, line: Any) -> bool:
        found = line.get("format") if isinstance(line, dict) else None
        if found == FORMAT_WITHOUT_TREE:
            if self.heads or self.receipts or self.looked_for:
                self.report.fault(
                    "line 1", "this export is of a version without a tree: nothing can be compared with it"
                )
            return True
        if found != FORMAT:
            self.report.fault("line 1", "this is no export of a journal, or of another version")
            return False
        self.has_tree = True
        try:
            key = bytes.fromhex(line["centre_key"])
            self.own = heads.read(line["head"]) if line["head"] else None
        except (KeyError, TypeError, ValueError):
            self.report.fault("line 1", "the head of the export can't be read")
            return True
        if not self.is_pinned:
            self.keys.append(key)
        elif key not in self.keys:
            self.report.fault("line 1", "the export names another key of the centre than yours")
        if self.own is not None:
            self.heads[self.own.size].append(("line 1", self.own))
        for found_heads in self.heads.values():
            for name, head in found_heads:
                self._signature(name, head)
        return True

    def _stamped_head(self, where: str, line: dict[str, Any]) -> None:
        try:
            head, answer = heads.read(line["head"]), base64.b64decode(line["stamp"], validate=True)
        except (KeyError, TypeError, ValueError, AttributeError):
            self.report.fault(where, "this is no stamped head")
            return
        if self.frontier.size:
            self.report.fault(where, "a stamped head stands among the entries")
            return
        self.heads[head.size].append((where, head))
        self._signature(where, head)
        self._stamp(where, head, answer)

    def _signature(self, where: str, head: Head) -> None:
        if not any(heads.is_signed_by(head, key) for key in self.keys):
            self.report.fault(where, f"the head of {head.size} entries isn't signed by the centre")

    def _stamp(self, where: str, head: Head, answer: bytes) -> None:
        try:
            found = stamp.check(answer, head.signed, roots=self.roots)
        except StampWrong:
            self.report.fault(where, f"the time stamp of the head of {head.size} entries is wrong")
            return
        by = f"by {found.authority}" if found.is_trusted else f"by {found.authority}, whom you didn't say you trust"
        self.report.holds.append(f"{where}: the head of {head.size} entries was stamped at {found.at.isoformat()} {by}")

    def _entry(self, where: str, line: dict[str, Any]) -> None:
        report, expected = self.report, self.frontier.size + 1
        report.entries += 1
        leaf, number = b"", line.get("seq")
        try:
            leaf = bytes.fromhex(line["leaf"])
            if number != expected:
                report.fault(where, f"entry {expected} is missing: this is {number}")
            elif len(leaf) != 32:
                report.fault(where, f"entry {expected} has no whole leaf")
            elif line.get("secret"):
                report.secret += 1
            elif line.get("erased"):
                report.erased += 1
                self.erased[expected] = (where, line.get("record"))
            else:
                payload = base64.b64decode(line["payload"], validate=True)
                if leaf != leaves.leaf(salt=bytes.fromhex(line["salt"]), payload=payload):
                    report.fault(where, f"entry {expected} was altered: its payload doesn't fit its leaf")
                else:
                    report.checked += 1
                    self._note_record(expected, payload)
        except (KeyError, TypeError, ValueError):
            report.fault(where, "this is no entry")
        if isinstance(number, int) and number > expected and number - expected < 1_000_000:
            # Go on counting from what is there, so that one missing entry is one fault.
            for _missing in range(number - expected):
                self.frontier.append(b"")
        self.frontier.append(leaf)
        self._compare(leaf)

    def _compare(self, leaf: bytes) -> None:
        size = self.frontier.size
        name = self.looked_for.pop(leaf, "")
        for kept, receipt in self.receipts.get(size, []):
            if receipt.leaf != leaf:
                self.report.fault(kept, f"entry {size} is another one in the export than in the receipt")
        if name:
            self.report.holds.append(f"{name}: its entry has the number {size}")
        if size in self.heads:
            root = self.frontier.root()
            for kept, head in self.heads[size]:
                if head.root != root:
                    self.report.fault(
                        kept, f"the first {size} entries of the export are others than this head was made over"
                    )
                else:
                    self.report.holds.append(f"{kept}: the head of {size} entries fits")

    def _note_record(self, number: int, payload: bytes) -> None:
        content = json.loads(payload)
        if isinstance(content, dict) and content.get("kind") == erasure.RECORD:
            self.records[number] = content["facts"]["number"]

    def _erasures(self, size: int) -> None:
        if not self.has_tree:
            return
        for number, (where, record) in sorted(self.erased.items()):
            if type(record) is not int or record <= number:
                self.report.fault(where, f"entry {number} was erased, and no entry says so")
            elif record <= size and self.records.get(record) != number:
                self.report.fault(where, f"entry {number} was erased, and entry {record} doesn't say so")
            elif record > size:
                self.report.holds.append(
                    f"{where}: entry {number} was erased; entry {record}, after this export, says so"
                )
