"""Open the box: the holders' act after the deadline (B8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from pazar.events import BoxOpened
from pazar.ground import clock, journal, outbox
from pazar.ground.errors import Invalid
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.ground.identity.scope import acting
from pazar.market.bids import policies, queries
from pazar.market.bids.adapters import keys
from pazar.market.bids.commands import close
from pazar.market.bids.commands.boxes import SERVER, person_holder
from pazar.market.bids.commands.drafts import secret_key
from pazar.market.bids.models import Box, Envelope, OpenedEnvelope, ReleasedShare
from pazar.market.bids.refusals import (
    BoxDisagrees,
    EnvelopesRefused,
    NotTheHolder,
    NotToBeOpened,
    NotYetClosed,
    SecondTryWanted,
    ShareFalse,
    SharesMissing,
)
from pazar.market.bids.rules import box as boxes
from pazar.market.bids.rules import canonical, contents, envelope, opening
from pazar.market.bids.rules.contents import ContentFaulty, Fault, ItemAsked
from pazar.market.bids.rules.envelope import EnvelopeRefused, Kind, Reason
from pazar.market.bids.rules.holders import HolderKind, HoldersList
from pazar.market.bids.rules.opening import Release
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands import states
from pazar.market.procedures.rules.states import State

Asked = Mapping[int, Mapping[UUID, Mapping[UUID, Decimal]]]
"""Version → lot → item → quantity."""

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure

_SHUT_FOR_EVER = (State.DRAFT, State.CANCELLED, State.FAILED)
CANNOT_OPEN = b""
"""A holder's answer where his share isn't sealed to his key: that envelope stays shut, the others don't."""
TRIES = 2
"""So often a holder says that he can't before an envelope stays shut: the first time may be a mistake."""


@dataclass(kw_only=True)
class Answers:
    """What one holder answered for one envelope: his share, or how often he said that he can't."""

    share: bytes = CANNOT_OPEN
    tries: int = 0

    @property
    def counts(self) -> bool:
        return self.share != CANNOT_OPEN or self.tries >= TRIES


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What became of shares handed in: how many are new, and of how many envelopes another answer is wanted."""

    taken: int
    again: int


@dataclass(frozen=True, kw_only=True)
class ShareRequest:
    """What a holder's browser is asked for one envelope; `document` is `opening.ask_share`'s."""

    envelope_id: UUID
    lot: str
    kind: str
    document: bytes


def ask_shares(*, actor: Actor, procedure_id: UUID) -> list[ShareRequest]:
    """The shares that this holder hasn't released yet, after the end of the tender period (B8).

    From here on he could know how many bid: so asking is recorded. Raises NotFound, NotAllowed, NotYetClosed,
    NotToBeOpened, NotTheHolder.
    """
    with acting(CENTRE):
        procedure, box, _moment = _closed(actor, procedure_id)
        holder = _holder(actor, queries.holders_of(box).holders)
        released = _released(procedure.pk)
        asked = [
            ShareRequest(
                envelope_id=row.pk,
                lot=str(row.lot_id),
                kind=row.kind,
                document=opening.ask_share(envelope.parse(bytes(row.content)), holder=holder),
            )
            for row in _envelopes(procedure.pk)
            if released[row.pk][holder].share == CANNOT_OPEN
        ]

        if asked:
            journal.append("box.shares-asked", actor=actor, subject=box, holder=holder)
        return asked


def release_shares(*, actor: Actor, procedure_id: UUID, shares: Mapping[UUID, bytes]) -> Handed:
    """Take in the shares that a holder's browser released, by envelope (B8).

    Each is checked against what its bidder committed to: a false one refuses all and names its holder. `CANNOT_OPEN`
    stands for a share that the browser couldn't open: said twice, and on record each time with the digest of the
    envelope and of the sealed share, so that its bidder can hold it against him. Raises NotFound, NotAllowed,
    NotYetClosed, NotToBeOpened, NotTheHolder, ShareFalse, EnvelopesRefused, Invalid.
    """
    with acting(CENTRE):
        procedure, box, moment = _closed(actor, procedure_id)
        listed = queries.holders_of(box).holders
        holder = _holder(actor, listed)
        released = _released(procedure.pk)
        rows = {row.pk: row for row in _envelopes(procedure.pk)}
        if unknown := set(shares) - set(rows):
            raise Invalid(fields={str(one): _("There is no such envelope in this box.") for one in unknown})
        new: list[ReleasedShare] = []
        for envelope_id, document in shares.items():
            row = rows[envelope_id]
            share = CANNOT_OPEN
            if document != CANNOT_OPEN:
                read = _read_share(row, document, holder=holder, name=_name(listed, holder))
                share = opening.write_release(read)
            answers = released[envelope_id][holder]
            if answers.share == CANNOT_OPEN and (share != CANNOT_OPEN or answers.tries < TRIES):
                answers.share, answers.tries = share, answers.tries + 1
                new.append(
                    ReleasedShare(
                        envelope=row,
                        buyer_id=row.buyer_id,
                        company_id=row.company_id,
                        holder=holder,
                        share=share,
                        released_at=moment,
                        attempt=answers.tries,
                    )
                )

        ReleasedShare.objects.bulk_create(new)
        if new:
            shut = [_mark(one.envelope, holder) for one in new if one.share == CANNOT_OPEN]
            journal.append("box.shares-released", actor=actor, subject=box, holder=holder, not_openable=shut)
        return Handed(taken=len(new), again=sum(not released[pk][holder].counts for pk in rows))


def open_box(*, actor: Actor, procedure_id: UUID) -> Box:
    """Open every bid that counts, publish the content keys, and let all who may see (B8).

    An envelope that can't be opened or read is recorded with its fault and stops no other. Opening what is open does
    nothing. Raises NotFound, NotAllowed, NotYetClosed, NotToBeOpened, SharesMissing, SecondTryWanted, BoxDisagrees.
    """
    with acting(CENTRE):
        procedure, box, moment = _closed(actor, procedure_id)
        if box.opened_at is not None:
            return box
        salt = _salt_of(box)
        listed = queries.holders_of(box).holders
        rows = _envelopes(procedure.pk)
        released = _released(procedure.pk)
        _check_shares(listed, rows, released)
        shut = {row.pk: _not_opened_by(row, listed, released[row.pk]) for row in rows}
        asked = procedures.quantities_by_version(procedure.pk)
        opened = [_opened(row, listed, released[row.pk], procedure, asked, moment) for row in rows]
        for one in opened:
            one.not_opened_by = shut[one.envelope_id]

        OpenedEnvelope.objects.bulk_create(opened)
        box.salt = salt
        box.opened_at, box.opened_by_id = moment, actor.person_id
        box.save(update_fields=["salt", "opened_at", "opened_by"])
        journal.append(
            "box.opened",
            actor=actor,
            subject=box,
            digest=bytes(box.digest or b"").hex(),
            salt=bytes(box.salt).hex(),
            bids=len({row.submission_id for row in rows}),
            faults=sum(bool(one.fault) for one in opened),
            not_openable=[mark for row in rows for mark in shut[row.pk]],
        )
        # A draft that was never put in, and a bid that was taken out, stay their bidder's secret.
        journal.disclose(*(secret_key(bid_id) for bid_id in {row.submission.bid_id for row in rows}))
        states.mark_opened(procedure, actor=actor, moment=moment)
        outbox.publish(BoxOpened(procedure_id=procedure.pk, opened_at=moment))
        return box


def _salt_of(box: Box) -> bytes:
    """The salt of a shut box, whose content must still be what it was when it was shut. Raises BoxDisagrees."""
    salt = keys.draft_key().unlock(bytes(box.sealed_salt or b""), about=box.pk.bytes)
    there = [bytes(one.digest) for one in queries.in_the_box(box.pk)]
    if boxes.digest(procedure=box.pk, bid_digests=there, salt=salt) != bytes(box.digest or b""):
        raise BoxDisagrees
    return salt


def _closed(actor: Actor, procedure_id: UUID) -> tuple[Procedure, Box, datetime]:
    """The procedure locked alone and its shut box; shuts it where the clockwork hasn't come to it yet."""
    procedure = procedures.lock_procedure(procedure_id)
    moment = clock.db_now()
    policies.require_opener(actor, procedure)
    if procedure.state in _SHUT_FOR_EVER or procedure.closes_at is None:
        raise NotToBeOpened
    if procedure.state == State.PUBLISHED:
        if moment < procedure.closes_at:
            raise NotYetClosed(closes_at=procedure.closes_at, moment=moment)
        return procedure, close.shut(procedure, moment), moment
    return procedure, queries.box(procedure.pk), moment


def _envelopes(procedure_id: UUID) -> list[Envelope]:
    """All envelopes that count, in the order they are opened in."""
    submissions = [one.pk for one in queries.in_the_box(procedure_id)]
    order = [kind.value for kind in Kind]
    found = Envelope.objects.filter(submission_id__in=submissions).select_related("submission", "submission__bid")
    place = {pk: number for number, pk in enumerate(submissions)}
    return sorted(found, key=lambda row: (order.index(row.kind), place[row.submission_id], str(row.lot_id)))


Released = Mapping[UUID, Mapping[str, Answers]]
"""Envelope → holder → his answers; one who hasn't answered has given none."""


def _released(procedure_id: UUID) -> Released:
    found: defaultdict[UUID, defaultdict[str, Answers]] = defaultdict(lambda: defaultdict(Answers))
    for envelope_id, given in queries.released_by(procedure_id).items():
        for one in given:
            answers = found[envelope_id][one.holder]
            answers.tries = max(answers.tries, one.attempt)
            answers.share = bytes(one.share) or answers.share
    return found


def _mark(row: Envelope, holder: str) -> dict[str, str]:
    """By what an envelope that a holder can't open is known: it names no bidder, who knows it by his manifest."""
    sealed = opening.sealed_share_digest(envelope.parse(bytes(row.content)), holder=holder)
    return {"holder": holder, "envelope": bytes(row.digest).hex(), "sealed_share": sealed}


def _not_opened_by(row: Envelope, listed: HoldersList, answers: Mapping[str, Answers]) -> list[dict[str, str]]:
    return [
        {**_mark(row, one.id), "name": one.name}
        for one in listed.holders
        if one.id in answers and answers[one.id].tries and answers[one.id].share == CANNOT_OPEN
    ]


def _holder(actor: Actor, listed: HoldersList) -> str:
    holder = person_holder(actor.person_id) if actor.person_id else ""
    if holder not in {one.id for one in listed.holders}:
        raise NotTheHolder(holders=", ".join(one.name for one in listed.holders))
    return holder


def _name(listed: HoldersList, holder: str) -> str:
    return next((one.name for one in listed.holders if one.id == holder), holder)


def _read_share(row: Envelope, document: bytes, *, holder: str, name: str) -> Release:
    try:
        read = opening.read_release(envelope.parse(bytes(row.content)), document)
    except EnvelopeRefused as refused:
        if Reason.SHARE_FALSE in refused.reasons:
            raise ShareFalse(holder=name) from refused
        raise EnvelopesRefused(refused.breaches) from refused
    if read.holder != holder:
        raise ShareFalse(holder=name)
    return read


def _check_shares(listed: HoldersList, rows: Sequence[Envelope], released: Released) -> None:
    """Enough persons have answered for every envelope, if only, twice, that they can't open their share of it."""
    if listed.server_alone_opens:
        return
    silent = [
        holder
        for holder in listed.holders
        if holder.kind is HolderKind.PERSON and any(not released[row.pk][holder.id].counts for row in rows)
    ]
    if len(listed.holders) - len(silent) < listed.threshold:
        first = silent[0]
        has_answered = all(released[row.pk][first.id].tries for row in rows)
        raise (SecondTryWanted if has_answered else SharesMissing)(holder=first.name)


def _opened(
    row: Envelope,
    listed: HoldersList,
    shares: Mapping[str, Answers],
    procedure: Procedure,
    asked: Asked,
    moment: datetime,
) -> OpenedEnvelope:
    """One envelope, read by the version it was sealed for. Prices of a lot whose items or quantities have changed
    since can't be compared with the others': they are shown, with that as the reason they stand outside.
    """
    made = OpenedEnvelope(envelope=row, company_id=row.company_id, buyer_id=row.buyer_id, opened_at=moment, fault="")
    try:
        read = envelope.parse(bytes(row.content))
        result = opening.open_envelope(read, releases=_releases(read, listed, shares))
    except EnvelopeRefused as refused:
        made.fault = refused.breaches[0].reason.value
        return made
    made.content_key = result.content_key
    made.content = _as_json(result.content)
    try:
        if row.kind == Kind.PRICE:
            sealed_for = asked.get(row.submission.procedure_version, {}).get(row.lot_id, {})
            contents.read_prices(
                result.content,
                items=[ItemAsked(id=item_id, quantity=quantity) for item_id, quantity in sealed_for.items()],
                currency=procedure.currency,
                vat_included=procedure.vat_included,
            )
            if sealed_for != asked[procedure.version].get(row.lot_id):
                raise ContentFaulty(Fault.EARLIER_VERSION)
        else:
            contents.read_technical(result.content)
    except ContentFaulty as faulty:
        made.fault = faulty.fault.value
    return made


def _releases(read: envelope.Envelope, listed: HoldersList, shares: Mapping[str, Answers]) -> list[Release]:
    """The persons' released shares and the server's own."""
    found = [opening.read_release(read, one.share) for one in shares.values() if one.share != CANNOT_OPEN]
    if any(holder.id == SERVER for holder in listed.holders):
        found.append(opening.release(read, holder=SERVER, key=keys.sealing()))
    return found


def _as_json(content: bytes) -> canonical.Json:
    """The content for the record, None where it isn't a document or holds what a JSON column can't."""
    try:
        return None if b"\\u0000" in content else canonical.decode(content)
    except canonical.NotCanonical:
        return None
