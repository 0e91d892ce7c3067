"""Find the suppliers a procedure is for (B2), and the procedures an interest brings."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet

from pazar.events import MatchFound, SuppliersMatched
from pazar.ground import clock, outbox
from pazar.ground.codes.rules.reason import Reason
from pazar.ground.errors import NotFound
from pazar.ground.identity import policies as roles
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.ground.identity.scope import acting
from pazar.ground.ids import new_id
from pazar.market.matching import policies
from pazar.market.matching.commands import portions
from pazar.market.matching.commands.portions import Part, Portion
from pazar.market.matching.models import Interest, Match, MatchPart
from pazar.market.matching.queries import following, oracle, reasons, stored
from pazar.market.matching.queries.oracle import Fit
from pazar.market.procedures import queries as procedures

BATCH = 1_000
FIRST_PAGE = 30
FIRST_PAGE_MS = 800
_STORING = 0x6D617463
"""Shared by whoever stores matches found by interests as they stood; see `match_interest`."""
_LONGEST_WHY = 500


class New(NamedTuple):
    """A match just stored: a row as such, since one publication makes tens of thousands."""

    pk: UUID
    company_id: UUID
    procedure_id: UUID
    lot_id: UUID
    interest_id: UUID
    interest_version: int


def match_procedure(*, procedure_id: UUID, just_published: bool = False) -> int:
    """Find every interested supplier of one procedure, if it is open (B2); how many matches were new.

    Announces companies that had no match with it yet, by batches. Repeating finds nothing new. An interest saved
    in the moment of publication may have found the procedure first, quietly: `just_published` announces it still.
    """
    return match_procedures(procedure_ids=[procedure_id], just_published=just_published)


def match_procedures(*, procedure_ids: Collection[UUID], quiet: bool = False, just_published: bool = False) -> int:
    """The same for many procedures in one pass; those that aren't open (or say no deadline) are left out.

    `quiet` matches stand in lists and in the sales desk, and nobody gets a message.
    """
    with transaction.atomic():
        _share_storing()
        lots = oracle.open_lots(procedure_ids, moment=clock.db_now())
        early = _found_since_publication(procedure_ids) if just_published else []
        return _note(oracle.fits_of_lots(lots), quiet=quiet, early=early)


def store_found(
    *,
    request_id: int,
    procedure_ids: Collection[UUID],
    found: Mapping[UUID, Iterable[int]],
    shard: int,
    shards: int,
    quiet: bool,
    just_published: bool,
) -> int | None:
    """Store what a matcher's index found, by lot the numbers of interests; how many matches were new.

    Of very many, a few thousand companies at a time (`portions`), each time in a transaction with their announcements.
    All matches of a company come at once: what it is told names every interest that the procedure fits.

    None if this part of the request was done already, by whomever. Interests that changed since are left out: their
    own matching finds the procedure.
    """
    part = Part(request_id, shard, shards)
    made = 0
    while (first := portions.begun(part)) is not None or not _is_done(part):
        for portion in portions.of(found, first=first):
            with acting(CENTRE):
                new = _store_portion(part, portion, procedure_ids, quiet=quiet, just_published=just_published)
                if new is None:
                    break
                made += new
                if portion.end is None:
                    MatchPart.objects.filter(**part._asdict()).update(found=made)
                    return made
    return None


def _store_portion(
    part: Part, portion: Portion, procedure_ids: Collection[UUID], *, quiet: bool, just_published: bool
) -> int | None:
    """How many matches were new; None if the part is done, or somebody else has gone on with it."""
    _share_storing()
    is_whole = portion.first is None and portion.end is None
    if not is_whole and (not portions.stand_at(part, portion) or _is_done(part)):
        return None
    if portion.end is None and not _take_part(part):
        return None
    early = _found_since_publication(procedure_ids, part, portion) if just_published and not quiet else []
    knew = _of_companies(Match.objects.filter(procedure_id__in=procedure_ids), portion)
    known = set(knew.values_list("company_id", "procedure_id"))
    new = _copy_in(portion.found)
    _tell_news(new, knew=known, quiet=quiet, early=early)
    if portion.end is not None:
        portions.go_on(part, portion)
    elif not is_whole:
        portions.forget(part)
    return len(new)


def _of_companies(matches: QuerySet[Match], portion: Portion | None) -> QuerySet[Match]:
    if portion is not None and portion.first is not None:
        matches = matches.filter(company_id__gte=portion.first)
    if portion is not None and portion.end is not None:
        matches = matches.filter(company_id__lt=portion.end)
    return matches


def store_missed(fits: Sequence[Fit]) -> int:
    """Store and announce fits that somebody should have found before; how many there were not."""
    with transaction.atomic():
        _share_storing()
        return _note(fits, quiet=False)


def _share_storing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_STORING])


def _wait_for_storing() -> None:
    """Till everybody who is storing matches now has committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_STORING])
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_STORING])


def _take_part(part: Part) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO matching_matchpart (request_id, shard, shards, found) VALUES (%s, %s, %s, 0)
            ON CONFLICT (request_id, shards, shard) DO NOTHING
            """,
            list(part),
        )
        return bool(cursor.rowcount == 1)


def _is_done(part: Part) -> bool:
    return MatchPart.objects.filter(**part._asdict()).exists()


def _found_since_publication(
    procedure_ids: Collection[UUID], part: Part | None = None, portion: Portion | None = None
) -> list[New]:
    untold = Match.objects.filter(
        procedure_id__in=list(procedure_ids), told_at=None, found_at__gte=F("procedure__published_at")
    )
    untold = _of_companies(untold, portion)
    if part is not None and part.shards > 1:
        own = following.companies_of_shard({match.company_id for match in untold}, shard=part.shard, shards=part.shards)
        untold = untold.filter(company_id__in=own)
    return [New(*row) for row in untold.order_by("company_id", "id").values_list(*New._fields)]


def match_interest(*, interest_id: UUID) -> int:
    """Match a new or changed interest against everything open (B1), quietly: who changed it is looking at it.

    Whoever found something by the interest as it was has stored it before this looks, or finds it changed: so no
    match of the old version is left behind.
    """
    _wait_for_storing()
    with transaction.atomic():
        interest = Interest.objects.filter(pk=interest_id).first()
        if interest is None:
            return 0
        fits = [
            _fit(interest, *pair) for pair in oracle.lots_of_interest(stored.facts(interest), open_at=clock.db_now())
        ]
        _drop_misfits(interest, fits)
        return _note(fits, quiet=True)


def match_first(*, interest: Interest) -> int:
    """Store at once what a page of matches shows of a saved interest: what closes first. How many were new.

    In the transaction that saves it; the rest follows by `match_interest`. A search that takes too long leaves all to
    that.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s" % FIRST_PAGE_MS)  # noqa: UP031 - a constant
            found = oracle.first_lots_of_interest(stored.facts(interest), open_at=clock.db_now(), limit=FIRST_PAGE)
            made = _note([_fit(interest, *pair) for pair in found], quiet=True)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = DEFAULT")
            return made
    except OperationalError:
        return 0


def _fit(interest: Interest, lot_id: UUID, procedure_id: UUID) -> Fit:
    return Fit(
        interest_id=interest.pk,
        interest_version=interest.version,
        company_id=interest.company_id,
        lot_id=lot_id,
        procedure_id=procedure_id,
    )


def _drop_misfits(interest: Interest, fits: Sequence[Fit]) -> None:
    """Take out what was open and fitted the interest as it was, and fits it no more; the rest fits as it now stands."""
    fitting = [fit.lot_id for fit in fits]
    before = Match.objects.filter(interest=interest)
    concerned = set(before.values_list("procedure_id", flat=True))
    still_open = oracle.open_lots(concerned, moment=clock.db_now())
    before.filter(dismissed_at=None, lot_id__in=still_open).exclude(lot_id__in=fitting).delete()
    before.filter(lot_id__in=fitting).update(interest_version=interest.version)


def dismiss_match(*, actor: Actor, procedure_id: UUID, why: str = "") -> None:
    """Put a procedure out of the company's matches ("not for us"); repeating changes nothing.

    Raises NotFound for a procedure that isn't among them, NotAllowed.
    """
    with transaction.atomic():
        matches = policies.matches_visible_to(actor).filter(procedure_id=procedure_id)
        if not matches.exists():
            raise NotFound
        roles.require(actor, policies.MAY_CHANGE)

        matches.filter(dismissed_at=None).update(dismissed_at=clock.db_now(), dismissed_why=why.strip()[:_LONGEST_WHY])


def restore_match(*, actor: Actor, procedure_id: UUID) -> None:
    """Take a dismissal back. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        matches = policies.matches_visible_to(actor).filter(procedure_id=procedure_id)
        if not matches.exists():
            raise NotFound
        roles.require(actor, policies.MAY_CHANGE)

        matches.update(dismissed_at=None, dismissed_why="")


def _note(fits: Sequence[Fit], *, quiet: bool, early: Sequence[New] = ()) -> int:
    """Store the matches not yet there and announce each procedure to the companies that are new to it."""
    concerned = {fit.procedure_id for fit in fits}
    knew = set(Match.objects.filter(procedure_id__in=concerned).values_list("company_id", "procedure_id"))
    made = _store(fits)
    _tell_news(made, knew=knew, quiet=quiet, early=early)
    return len(made)


def _tell_news(
    made: Sequence[New], *, knew: Collection[tuple[UUID, UUID]], quiet: bool, early: Sequence[New] = ()
) -> None:
    news = [match for match in made if (match.company_id, match.procedure_id) not in knew] + list(early)
    if news:
        _announce(news, quiet=quiet)


def _store(fits: Sequence[Fit]) -> list[New]:
    moment = clock.db_now()
    rows = {new_id(): fit for fit in fits}
    if not rows:
        return []
    # bulk_create can't say which rows a conflict left out, and only the others are announced.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO matching_match (id, company_id, procedure_id, lot_id, interest_id, interest_version,
                                        found_at, told_at, dismissed_at, dismissed_why)
            SELECT n.id, n.company_id, n.procedure_id, n.lot_id, n.interest_id, n.version, %s, NULL, NULL, ''
            FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::int[])
              AS n (id, company_id, procedure_id, lot_id, interest_id, version)
            JOIN matching_interest i ON i.id = n.interest_id AND i.version = n.version
            ORDER BY n.interest_id, n.lot_id
            ON CONFLICT (interest_id, lot_id) DO NOTHING
            RETURNING id
            """,
            [
                moment,
                list(rows),
                [fit.company_id for fit in fits],
                [fit.procedure_id for fit in fits],
                [fit.lot_id for fit in fits],
                [fit.interest_id for fit in fits],
                [fit.interest_version for fit in fits],
            ],
        )
        stored_ids = {row[0] for row in cursor.fetchall()}
    return [
        New(match_id, fit.company_id, fit.procedure_id, fit.lot_id, fit.interest_id, fit.interest_version)
        for match_id, fit in rows.items()
        if match_id in stored_ids
    ]


_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS matching_stage (id uuid, number bigint, lot_id uuid) ON COMMIT DELETE ROWS
"""
_FROM_STAGE = """
INSERT INTO matching_match (id, company_id, procedure_id, lot_id, interest_id, interest_version,
                            found_at, told_at, dismissed_at, dismissed_why)
SELECT s.id, i.company_id, l.procedure_id, l.id, i.id, i.version, %s, NULL, NULL, ''
FROM matching_stage s JOIN matching_interest i ON i.number = s.number JOIN procedures_lot l ON l.id = s.lot_id
ORDER BY i.id, l.id
ON CONFLICT (interest_id, lot_id) DO NOTHING
RETURNING id, company_id, procedure_id, lot_id, interest_id, interest_version
"""


def _copy_in(found: Mapping[UUID, Iterable[int]]) -> list[New]:
    """Store matches by lot and interests' numbers; those that are new. A number that stands no more is left out."""
    if not any(found.values()):
        return []
    moment = clock.db_now()
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy("COPY matching_stage (id, number, lot_id) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["uuid", "int8", "uuid"])
            for lot_id, numbers in found.items():
                for number in numbers:
                    copy.write_row((new_id(), number, lot_id))
        cursor.execute(_FROM_STAGE, [moment])
        rows = cursor.fetchall()
        cursor.execute("DELETE FROM matching_stage")  # a second store in the same transaction begins anew
    return [New(*row) for row in rows]


def _announce(news: Sequence[New], *, quiet: bool) -> None:
    """One announcement per procedure and thousand suppliers; of a company's matches that of the first lot speaks."""
    about_all = procedures.facts_for_matching({match.procedure_id for match in news})
    facts = {about.procedure_id: about for about in about_all}
    place = {lot.lot_id: number for about in about_all for number, lot in enumerate(about.lots)}
    first: dict[tuple[UUID, UUID], New] = {}
    fitting: dict[tuple[UUID, UUID], set[UUID]] = {}
    for match in sorted(news, key=lambda match: (place[match.lot_id], match.pk)):
        whose = match.procedure_id, match.company_id
        first.setdefault(whose, match)
        fitting.setdefault(whose, set()).add(match.lot_id)
    spoken = sorted(first.values(), key=lambda match: (match.procedure_id, match.company_id))
    why = reasons.of_matches(spoken)
    names = stored.names([(match.interest_id, match.interest_version) for match in spoken])

    @cache  # one object for all who have the same: it is written, sealed and said once
    def said(reason: Reason, more_lots: int) -> Reason:
        return replace(reason, more_lots=more_lots)

    for procedure_id, group in groupby(spoken, key=lambda match: match.procedure_id):
        about = facts[procedure_id]
        found = [
            MatchFound(
                company_id=match.company_id,
                match_id=match.pk,
                reason=said(why[match.pk], len(fitting[procedure_id, match.company_id]) - 1)
                if match.pk in why
                else None,
                interest_id=match.interest_id,
                interest_name=names.get((match.interest_id, match.interest_version), ""),
                interest_version=match.interest_version,
            )
            for match in group
        ]
        for batch in _batches(found):
            outbox.publish(
                SuppliersMatched(
                    procedure_id=procedure_id,
                    reference=about.reference,
                    title=about.title,
                    buyer_name=about.buyer_name,
                    buyer_country=about.buyer_country,
                    buyer_number=about.buyer_number,
                    closes_at=about.closes_at,
                    value_amount=about.value_amount,
                    currency=about.currency,
                    cpv=about.cpv,
                    is_outside=about.is_outside,
                    quiet=quiet,
                    matches=batch,
                )
            )


def _batches(found: Sequence[MatchFound]) -> Iterator[tuple[MatchFound, ...]]:
    for start in range(0, len(found), BATCH):
        yield tuple(found[start : start + BATCH])
