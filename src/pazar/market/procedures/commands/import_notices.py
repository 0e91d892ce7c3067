"""Take outside notices in (B12): the one writer behind all readers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import DataError, IntegrityError, connection, models, transaction

from pazar import events
from pazar.ground import clock, journal, outbox
from pazar.ground.codes.numbers import canonical_number
from pazar.ground.identity.commands.companies import CompanyFacts, note_companies
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ids import new_id
from pazar.market.procedures.adapters import ahead
from pazar.market.procedures.adapters.containers import label
from pazar.market.procedures.adapters.reader import Place, Refused
from pazar.market.procedures.models import (
    ImportedFile,
    ImportRefusal,
    Item,
    JoinedProcedure,
    Lot,
    NoticeImport,
    Procedure,
    PublishedAward,
    SourceKey,
    SourceRelease,
)
from pazar.market.procedures.rules import lemmas, outside
from pazar.market.procedures.rules import notice as notices
from pazar.market.procedures.rules.lemmas import Said
from pazar.market.procedures.rules.notice import Notice, Party

BATCH: Final = 500
MOST_REFUSED: Final = 10_000
"""So many refusals are told one by one; what a file of a million broken lines adds is counted."""
_ONE_AT_A_TIME: Final = 0x6E6F7469
_COMPANIES_KEPT: Final = 100_000

Move = Callable[[Notice], timedelta | None]


@dataclass(kw_only=True)
class FileReport:
    """What became of one file. `changed`: brought something new about a procedure that was known."""

    file: str
    formats: list[str] = field(default_factory=list)
    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0
    unsaved: list[tuple[int, Refused]] = field(default_factory=list, repr=False)
    """Refusals that the database hasn't yet, each with its number in the file."""

    @property
    def format(self) -> str:
        return "+".join(self.formats)

    @property
    def taken(self) -> int:
        return self.new + self.changed + self.same


class TakenOver(Exception):
    """Another worker has gone on with this file: what this one would write is written by that one."""


def import_notices(
    *,
    actor: Actor,
    paths: Sequence[Path],
    move: Move | None = None,
    watch: Callable[[Path, int], None] | None = None,
) -> list[FileReport]:
    """Read the files and store what they publish as outside procedures.

    In batches, a transaction each: killed in the middle and run again, the result is the same. What is known already
    changes nothing. Two imports at once take turns by the batch. A publisher's first import is announced as such, so
    that it tells nobody. `move` is for a demo: by how much a notice's times are moved; what its source says stays
    beside. `watch` hears how far a file has been read, in bytes.
    """
    with transaction.atomic():
        moment = clock.db_now()
        run = NoticeImport.objects.create(began_at=moment, seen_at=moment, begun_by_id=actor.person_id)
        parts = ImportedFile.objects.bulk_create(
            [
                ImportedFile(notice_import=run, position=place, name=label(path.name), size=_size(path))
                for place, path in enumerate(paths)
            ]
        )
    writer = Writer(run, move)
    reports = [writer.take(part, path, watch) for part, path in zip(parts, paths, strict=True)]
    finish(actor=actor, run=run)
    return reports


def finish(*, actor: Actor, run: NoticeImport) -> None:
    """The import came to its end: say so, and journal what it brought."""
    with transaction.atomic():
        run.ended_at = run.seen_at = clock.db_now()
        run.state, run.fault = NoticeImport.State.ENDED, ""
        run.files = [
            {"file": part.name, "format": part.format, "read": part.read, "new": part.new, "changed": part.changed}
            | {"same": part.same, "refused": part.refused}
            for part in run.parts.order_by("position")
        ]
        run.save(update_fields=["ended_at", "seen_at", "state", "fault", "files"])
        journal.append("notices.imported", actor=actor, subject=run, files=run.files)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


@dataclass(slots=True)
class _Given:
    """A notice on its way in, its record written once; `number` is its place in the file."""

    number: int
    place: Place
    notice: Notice
    text: str
    digest: bytes
    said: Said


def _batches(
    path: Path, report: FileReport, watch: Callable[[Path, int], None] | None, *, passed: int = 0
) -> Iterator[list[_Given]]:
    """What is to be written, by portions, an empty one where only refusals came; `passed` of it are dealt with."""
    batch: list[_Given] = []
    refusals = 0
    for number, (place, format_name, item, text, digest, said) in enumerate(ahead.read(path, watch), 1):
        if number <= passed:
            continue
        report.read += 1
        if format_name and format_name not in report.formats:
            report.formats.append(format_name)
        if isinstance(item, Refused):
            _refuse(report, item, number)
            refusals += 1
        else:
            batch.append(_Given(number, place, item, text, digest, said))
        if len(batch) == BATCH or refusals == BATCH:
            yield batch
            batch, refusals = [], 0
    if batch or refusals:
        yield batch


def _refuse(report: FileReport, refused: Refused, number: int) -> None:
    report.refused_count += 1
    if report.refused_count <= MOST_REFUSED:
        report.refused.append(refused)
        report.unsaved.append((number, refused))


@dataclass(slots=True)
class _State:
    """A procedure as all its publications join to it."""

    id: UUID
    notice: Notice
    said: Said
    digest: bytes
    known: bool  # stands in the database already
    new_keys: set[str]
    gone: tuple[UUID, ...] = ()  # procedures that prove to be this one


@dataclass(slots=True)
class _Group:
    """What a batch says about one procedure; `known` are the procedures it has been till now."""

    given: list[_Given]
    known: set[UUID]


@dataclass(slots=True)
class _Known:
    """The outside procedures that a batch's names lead to."""

    by_key: dict[str, UUID]
    digests: dict[UUID, bytes]
    named: dict[UUID, set[str]]  # the names beside its own that lead to it

    @classmethod
    def of(cls, batch: list[_Given]) -> "_Known":
        keys = {key for given in batch for key in given.notice.keys}
        by_key: dict[str, UUID] = {}
        digests: dict[UUID, bytes] = {}
        named: dict[UUID, set[str]] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT key, procedure_id FROM procedures_sourcekey WHERE key = ANY(%s)", [list(keys)])
            aliases: dict[str, UUID] = dict(cursor.fetchall())
        for key, pk in aliases.items():
            by_key[key] = pk
            named.setdefault(pk, set()).add(key)
        pairs = [key.partition(":") for key in keys]
        with connection.cursor() as cursor:
            # written by hand: as parameters one by one, a thousand names cost more than looking them up
            cursor.execute(
                """
                SELECT id, source, source_id, source_digest FROM procedures_procedure
                 WHERE origin = 'outside' AND source = ANY(%s) AND source_id = ANY(%s)
                UNION
                SELECT id, source, source_id, source_digest FROM procedures_procedure WHERE id = ANY(%s)
                """,
                [
                    list({source for source, _, _ in pairs}),
                    [mark for _, _, mark in pairs],
                    list(set(aliases.values())),
                ],
            )
            found = cursor.fetchall()
        for pk, source, source_id, digest in found:
            digests[pk] = bytes(digest or b"")
            if (key := f"{source}:{source_id}") in keys:
                by_key[key] = pk
        return cls(by_key, digests, named)


def _groups(batch: list[_Given], known: _Known) -> list[_Group]:
    """The batch by procedure: two notices are about one if a name joins them, over others or by what is known."""
    roots: dict[str | UUID, str | UUID] = {}

    def root(node: str | UUID) -> str | UUID:
        above = roots.setdefault(node, node)
        while above != roots[above]:
            roots[above] = above = roots[roots[above]]
        return above

    for given in batch:
        first, *others = given.notice.keys
        for key in (first, *others):
            roots[root(key)] = root(first)
            if (pk := known.by_key.get(key)) is not None:
                roots[root(pk)] = root(first)
    groups: dict[str | UUID, _Group] = {}
    for given in batch:
        groups.setdefault(root(given.notice.keys[0]), _Group([], set())).given.append(given)
    for pk in set(known.by_key.values()):
        groups[root(pk)].known.add(pk)
    return list(groups.values())


def _seen(batch: list[_Given], groups: list[_Group]) -> set[tuple[UUID, bytes]]:
    ids = [pk for group in groups for pk in group.known]
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procedure_id, digest FROM procedures_sourcerelease"
            " WHERE procedure_id = ANY(%s) AND digest = ANY(%s)",
            [ids, [given.digest for given in batch]],
        )
        return {(pk, bytes(digest)) for pk, digest in cursor.fetchall()}


def _records(ids: list[UUID]) -> dict[UUID, list[Notice]]:
    """What was published before about these procedures."""
    earlier: dict[UUID, list[Notice]] = {}
    if ids:
        for pk, record in SourceRelease.objects.filter(procedure_id__in=ids).values_list("procedure_id", "record"):
            earlier.setdefault(pk, []).append(notices.read(record))
    return earlier


class _Reached(NamedTuple):
    """How far a file has been read."""

    part: ImportedFile
    at_byte: int


def _settle(part: ImportedFile, report: FileReport, said: dict[str, Any]) -> None:
    """What was kept is committed."""
    report.unsaved.clear()
    for name, value in said.items():
        setattr(part, name, value)


class Writer:
    """Takes files in for one import, one after another."""

    def __init__(self, run: NoticeImport, move: Move | None = None) -> None:
        self._run, self._move = run, move
        self._companies: dict[tuple[str, str], UUID] = {}
        self._first: dict[str, bool] = {}

    def take(self, part: ImportedFile, path: Path, watch: Callable[[Path, int], None] | None = None) -> FileReport:
        """Read the file from where `part` says, to its end. Raises TakenOver."""
        report = FileReport(
            file=str(path),
            formats=part.format.split("+") if part.format else [],
            read=part.read,
            new=part.new,
            changed=part.changed,
            same=part.same,
            refused_count=part.refused,
        )
        at_byte = part.at_byte

        def hear(heard: Path, position: int) -> None:
            nonlocal at_byte
            at_byte = position
            if watch:
                watch(heard, position)

        for batch in _batches(path, report, hear, passed=part.passed):
            self._write(batch, report, _Reached(part, at_byte))
        with transaction.atomic():
            said = self._keep(_Reached(part, part.size), report, {})
            part.done_at = clock.db_now()
            part.save(update_fields=["done_at"])
        _settle(part, report, said)
        return report

    def _keep(self, reached: "_Reached", report: FileReport, outcomes: dict[str, int]) -> dict[str, Any]:
        """In the transaction of what was written: how far the file is dealt with, and what became of it till now."""
        part = reached.part
        said = {
            "passed": report.read,
            "at_byte": reached.at_byte,
            "format": report.format,
            "read": report.read,
            "new": report.new + outcomes.get("new", 0),
            "changed": report.changed + outcomes.get("changed", 0),
            "same": report.same + outcomes.get("same", 0),
            "refused": report.refused_count,
        }
        if not ImportedFile.objects.filter(pk=part.pk, passed=part.passed, done_at=None).update(**said):
            raise TakenOver
        NoticeImport.objects.filter(pk=self._run.pk).update(seen_at=clock.db_now())
        lines = [
            ImportRefusal(
                file=part,
                number=number,
                place=refused.place.where,
                field=refused.field,
                code=refused.code,
                params=refused.params,
            )
            for number, refused in report.unsaved
        ]
        ImportRefusal.objects.bulk_create(lines, ignore_conflicts=True)
        return said

    def _write(self, batch: list[_Given], report: FileReport, reached: "_Reached") -> None:
        try:
            said = self._store(batch, report, reached)
        except (DataError, IntegrityError):
            # One that the database won't hold must not cost its neighbours.
            self._halve(batch, report)
            with transaction.atomic():
                said = self._keep(reached, report, {})
        _settle(reached.part, report, said)

    def _halve(self, batch: list[_Given], report: FileReport) -> None:
        if len(batch) == 1:
            _refuse(report, Refused(batch[0].place, "not-stored"), batch[0].number)
            return
        for part in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
            try:
                self._store(part, report)
            except (DataError, IntegrityError):
                self._halve(part, report)

    def _store(self, batch: list[_Given], report: FileReport, reached: "_Reached | None" = None) -> dict[str, Any]:
        outcomes = {"new": 0, "changed": 0, "same": 0}
        noted: dict[tuple[str, str], UUID] = {}
        said: dict[str, Any] = {}
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
                # The run's last transaction waits for the disk, and with it all before: what a crash takes away
                # is whole batches of a run that isn't ended.
                cursor.execute("SET LOCAL synchronous_commit = off")
            moment = clock.db_now()
            states, fresh = self._joined(batch, outcomes)
            noted = self.note(states)

            for state in states:
                if state.gone:
                    _join(state.id, state.gone, moment, self._run)
            rows = _Rows(moment, {**self._companies, **noted}, self._move)
            for state in states:
                rows.add(state)
            rows.save([state for state in states if state.known])
            _copy(
                SourceRelease,
                [
                    {
                        "id": new_id(),
                        "procedure_id": procedure_id,
                        "brought_by_id": self._run.pk,
                        "publisher": given.notice.publisher,
                        "release_id": given.notice.release_id,
                        "digest": given.digest,
                        "record": given.text,
                    }
                    for procedure_id, given in fresh
                ],
            )
            _name(states)
            self._announce(states)
            if reached:
                said = self._keep(reached, report, outcomes)
        if len(self._companies) + len(noted) > _COMPANIES_KEPT:
            self._companies.clear()
        self._companies.update(noted)  # only now: what a rollback takes away mustn't be remembered
        report.new += outcomes["new"]
        report.changed += outcomes["changed"]
        report.same += outcomes["same"]
        return said

    def _joined(self, batch: list[_Given], outcomes: dict[str, int]) -> tuple[list[_State], list[tuple[UUID, _Given]]]:
        """The procedures that this batch makes or changes, and the publications not known before."""
        known = _Known.of(batch)
        groups = _groups(batch, known)
        seen = _seen(batch, groups)
        wanted = [
            pk
            for group in groups
            for pk in group.known
            if len(group.known) > 1 or any((pk, given.digest) not in seen for given in group.given)
        ]
        earlier = _records(wanted)
        states: list[_State] = []
        fresh: list[tuple[UUID, _Given]] = []
        for group in groups:
            new = {
                given.digest: given
                for given in group.given
                if not any((pk, given.digest) in seen for pk in group.known)
            }
            outcomes["same"] += len(group.given) - len(new)
            if not new and len(group.known) < 2:
                continue
            procedure_id = min(group.known) if group.known else new_id()
            fresh.extend((procedure_id, given) for given in new.values())
            versions = [
                *(notice for pk in group.known for notice in earlier.get(pk, ())),
                *(given.notice for given in new.values()),
            ]
            if new and len(versions) == 1:
                (only,) = new.values()
                joined, digest, said = only.notice, only.digest, only.said
            else:
                joined = notices.join(versions)
                digest, said = notices.digest(joined), None
            if known.digests.get(procedure_id) == digest and len(group.known) < 2:
                outcomes["same"] += len(new)
                continue
            outcomes["changed" if group.known else "new"] += 1
            outcomes["changed"] += len(new) - 1
            # every name that any of its publications goes by leads here, once there is more than one
            keys = {key for notice in versions for key in notice.keys}
            new_keys = keys - known.named.get(procedure_id, set()) if len(keys) > 1 else set()
            states.append(
                _State(
                    procedure_id,
                    joined,
                    said or lemmas.of_notice(joined),
                    digest,
                    bool(group.known),
                    new_keys,
                    tuple(sorted(group.known - {procedure_id})),
                )
            )
        return states, fresh

    def note(self, states: list[_State]) -> dict[tuple[str, str], UUID]:
        """Companies named by a number that holds: found or made."""
        facts: dict[tuple[str, str], CompanyFacts] = {}
        for state in states:
            for party in _parties(state.notice):
                key = company_key(party)
                if key and key not in self._companies and key not in facts:
                    number = canonical_number(party.country, party.number)
                    facts[key] = CompanyFacts(
                        name=party.name,
                        country=party.country,
                        number_scheme=number.scheme if number else "",
                        number=key[1],
                        town=party.town,
                        region=party.region,
                        address=party.address,
                    )
        # sorted, so that two who note the same companies don't wait for each other crosswise
        return note_companies([facts[key] for key in sorted(facts)]) if facts else {}

    def _announce(self, states: list[_State]) -> None:
        for first in (True, False):
            ids = tuple(s.id for s in states if self._is_first(s.notice.publisher) is first)
            if ids:
                outbox.publish(events.OutsideProceduresImported(procedure_ids=ids, first_bulk=first))

    def _is_first(self, publisher: str) -> bool:
        """Whether no import that came to its end has brought anything of this publisher before."""
        if publisher not in self._first:
            self._first[publisher] = not SourceRelease.objects.filter(
                publisher=publisher, brought_by__ended_at__isnull=False
            ).exists()
        return self._first[publisher]


def _join(procedure_id: UUID, gone: tuple[UUID, ...], moment: datetime, run: NoticeImport) -> None:
    """Make one of several: publications and names go over, links are sent on, the others' rows go."""
    were = {pk: (source, mark) for pk, source, mark in _identities(gone)}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO procedures_sourcerelease
                   (id, procedure_id, brought_by_id, publisher, release_id, digest, record)
            SELECT gen_random_uuid(), %s, brought_by_id, publisher, release_id, digest, record
              FROM procedures_sourcerelease WHERE procedure_id = ANY(%s)
            ON CONFLICT DO NOTHING
            """,
            [procedure_id, list(gone)],
        )
    SourceKey.objects.filter(procedure_id__in=gone).update(procedure_id=procedure_id)
    JoinedProcedure.objects.filter(procedure_id__in=gone).update(procedure_id=procedure_id)
    Procedure.objects.filter(pk__in=gone).delete()
    JoinedProcedure.objects.bulk_create(
        [
            JoinedProcedure(
                id=pk,
                procedure_id=procedure_id,
                joined_at=moment,
                source=were[pk][0],
                source_id=were[pk][1],
                joined_by=run,
            )
            for pk in gone
        ]
    )


def _identities(ids: Sequence[UUID]) -> list[tuple[UUID, str, str]]:
    return list(Procedure.objects.filter(pk__in=ids).values_list("id", "source", "source_id"))


def _name(states: list[_State]) -> None:
    named = [SourceKey(key=key, procedure_id=state.id) for state in states for key in sorted(state.new_keys)]
    if named:
        SourceKey.objects.bulk_create(named, ignore_conflicts=True)


def _parties(notice: Notice) -> Iterator[Party]:
    if notice.buyer:
        yield notice.buyer
    for award in notice.awards:
        yield from award.suppliers


def company_key(party: Party) -> tuple[str, str] | None:
    """Country and canonical number, where both are certain."""
    number = _canonical(party.country, party.number) if party.country and party.number else None
    return (party.country, number) if number else None


@lru_cache(maxsize=50_000)
def _canonical(country: str, raw: str) -> str | None:
    number = canonical_number(country, raw)
    return number.canonical if number else None


class _Rows:
    """The rows of a batch: new ones copied in, known ones brought to what is said now."""

    def __init__(self, moment: datetime, companies: dict[tuple[str, str], UUID], move: Move | None) -> None:
        self._moment, self._companies, self._move = moment, companies, move
        self.procedures: dict[UUID, dict[str, Any]] = {}
        self.lots: list[dict[str, Any]] = []
        self.items: list[dict[str, Any]] = []
        self.awards: list[dict[str, Any]] = []

    def add(self, state: _State) -> None:
        notice = state.notice
        buyer = notice.buyer
        moved = (self._move(notice) if self._move else None) or timedelta()
        closes_at = notice.deadline + moved if notice.deadline else None
        published_at = notice.published_at
        if published_at is None and notice.published_on:
            # a place in the order of lists; `source_published_on` says what is known
            published_at = datetime.combine(notice.published_on, time(), tzinfo=self._moment.tzinfo)
        regions = dict.fromkeys(notice.regions)
        for lot in notice.lots:
            regions.update(dict.fromkeys(lot.regions))
        self.procedures[state.id] = {
            "reference": notice.reference or notice.source_id,
            "origin": Procedure.Origin.OUTSIDE.value,
            "state": outside.state(notice, closes_at=closes_at, moment=self._moment),
            "kind": notice.method,
            "buyer_id": self._companies.get(company_key(buyer) or ("", "")) if buyer else None,
            "buyer_name": buyer.name if buyer else "",
            "buyer_lemmas": state.said.buyer,
            "title": notice.title,
            "description": notice.description,
            "language": notice.language[:8],
            "currency": notice.value.currency if notice.value else "",
            "value_amount": _stored(notice.value.value) if notice.value else None,
            "cpv": list(notice.all_cpv),
            "regions": list(regions),
            "award_criterion": "",
            "published_at": published_at + moved if published_at else None,
            "closes_at": closes_at,
            "source": notice.source,
            "source_id": notice.source_id,
            "source_publisher": notice.publisher,
            "source_url": notice.source_url,
            "source_digest": state.digest,
            "source_published_on": notice.published_on,
            "source_closes_at": notice.deadline,
            "changed_at": self._moment,
        }
        self._add_lots(state)
        for award in notice.awards:
            if not outside.is_decided(award):
                continue
            keys = [key for supplier in award.suppliers if (key := company_key(supplier))]
            self.awards.append(
                {
                    "id": new_id(),
                    "procedure_id": state.id,
                    "lot_number": ", ".join(award.lot_numbers),
                    # of a consortium none is *the* supplier
                    "supplier_id": self._companies.get(keys[0]) if len(award.suppliers) == 1 and keys else None,
                    "supplier_names": [supplier.name for supplier in award.suppliers],
                    "amount": _stored(award.value.value) if award.value else None,
                    "currency": award.value.currency if award.value else "",
                    "awarded_on": award.decided_on,
                    "bids_received": award.bids_received,
                }
            )

    def _add_lots(self, state: _State) -> None:
        lots = zip(outside.numbered_lots(state.notice), state.said.lots, strict=True)
        for position, ((number, lot), said) in enumerate(lots):
            value = lot.value
            lot_id = new_id()
            self.lots.append(
                {
                    "id": lot_id,
                    "procedure_id": state.id,
                    "number": number,
                    "position": position,
                    "title": lot.title,
                    "description": lot.description,
                    "cpv": list(lot.cpv),
                    "regions": list(lot.regions),
                    "value_amount": _stored(value.value) if value else None,
                    "currency": value.currency if value else "",
                    "lemmas": said,
                }
            )
            self.items.extend(
                {
                    "id": new_id(),
                    "lot_id": lot_id,
                    "position": place,
                    "description": item.description,
                    "cpv": item.cpv[0] if item.cpv else "",
                    "quantity": _stored(item.quantity, places=6) if item.quantity is not None else None,
                    "unit": item.unit,
                }
                for place, item in enumerate(lot.items)
            )

    def save(self, known: list[_State]) -> None:
        with _listed_once(list(self.procedures)):
            self._save({state.id for state in known})

    def _save(self, ids: set[UUID]) -> None:
        if ids:
            self._bring_up_to_date(ids)
        _copy(
            Procedure,
            [{"id": pk, "created_at": self._moment, **row} for pk, row in self.procedures.items() if pk not in ids],
        )
        _copy(Lot, self.lots)
        _copy(Item, self.items)
        _copy(PublishedAward, self.awards)

    def _bring_up_to_date(self, ids: set[UUID]) -> None:
        """Change the rows of known procedures; a lot that stays keeps its id, since matches hang on it."""
        changed = [Procedure(id=pk, **row) for pk, row in self.procedures.items() if pk in ids]
        Procedure.objects.bulk_update(changed, self._names())
        PublishedAward.objects.filter(procedure_id__in=ids).delete()
        Item.objects.filter(lot__procedure_id__in=ids).delete()
        standing = {
            (pk, number): lot_id
            for lot_id, pk, number in Lot.objects.filter(procedure_id__in=ids).values_list(
                "id", "procedure_id", "number"
            )
        }
        new: list[dict[str, Any]] = []
        renamed: dict[UUID, UUID] = {}
        kept: list[Lot] = []
        for row in self.lots:
            lot_id = standing.pop((row["procedure_id"], row["number"]), None)
            if lot_id is None:
                new.append(row)
            else:
                renamed[row["id"]] = lot_id
                kept.append(Lot(**{**row, "id": lot_id}))
        if standing:
            Lot.objects.filter(pk__in=standing.values()).delete()
        Lot.objects.bulk_update(
            kept, ["position", "title", "description", "cpv", "regions", "value_amount", "currency", "lemmas"]
        )
        self.lots = new
        for item in self.items:
            item["lot_id"] = renamed.get(item["lot_id"], item["lot_id"])

    def _names(self) -> list[str]:
        given = next(iter(self.procedures.values()))
        return [f.name for f in Procedure._meta.concrete_fields if f.attname in given]


def _stored(value: Decimal, *, places: int = 4) -> Decimal:
    """As the column holds it; the release's record keeps every digit."""
    return round(value, places)


@lru_cache(maxsize=16)
def _template(model: type[models.Model]) -> dict[str, Any]:
    """What a column holds where nothing is said, by its name in the model and the table."""
    return {f.attname: f.get_default() for f in model._meta.concrete_fields if not f.primary_key} | {
        model._meta.pk.attname: None
    }


@contextmanager
def _listed_once(ids: list[UUID]) -> Iterator[None]:
    """The triggers that keep the lists' table wait; at the end it is brought up to date in one call."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pazar.listing = 'held'")
        yield
        cursor.execute("SELECT procedures_list_again(%s)", [ids])
        cursor.execute("SET LOCAL pazar.listing = ''")


def _copy(model: type[models.Model], rows: list[dict[str, Any]]) -> None:
    """COPY the rows in; columns not given hold the model's default."""
    if not rows:
        return
    template = _template(model)
    names = list(template)
    arrays = [f.attname for f in model._meta.concrete_fields if isinstance(f, ArrayField)]
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            for name in arrays:
                if name in row:
                    row[name] = array_literal(row[name])
            copy.write_row([row[name] if name in row else template[name] for name in names])


def array_literal(texts: list[str]) -> str:
    """The texts as PostgreSQL writes an array of them. The driver does the same and takes thrice as long."""
    if not texts:
        return "{}"
    inside = '","'.join(texts)
    if "\\" in inside or inside.count('"') != 2 * (len(texts) - 1):
        inside = '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return f'{{"{inside}"}}'


def turns() -> None:
    """Wait for one's turn to write outside procedures, and keep it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])


def write_anew(run: NoticeImport, said: dict[UUID, list[Notice]], *, known: set[UUID]) -> None:
    """Bring procedures to what these publications say of them, in the running transaction: an undo's own writing.

    Those not `known` are made, under the ids given.
    """
    states: list[_State] = []
    for pk, versions in said.items():
        joined = notices.join(versions)
        states.append(_State(pk, joined, lemmas.of_notice(joined), notices.digest(joined), pk in known, set()))
    writer = Writer(run)
    rows = _Rows(clock.db_now(), writer.note(states), None)
    for state in states:
        rows.add(state)
    rows.save([state for state in states if state.known])
