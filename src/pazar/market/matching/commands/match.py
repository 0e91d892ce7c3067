"""Find the suppliers a procedure is for (B2), and the procedures an interest brings."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from pazar.events import MatchFound, SuppliersMatched
from pazar.ground import clock, outbox
from pazar.ground.errors import NotFound
from pazar.ground.identity import policies as roles
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ids import new_id
from pazar.market.matching import policies
from pazar.market.matching.models import Interest, Match
from pazar.market.matching.queries import oracle, reasons, stored
from pazar.market.matching.queries.oracle import Fit
from pazar.market.procedures import queries as procedures

BATCH = 1_000
_LONGEST_WHY = 500


def match_procedure(*, procedure_id: UUID, just_published: bool = False) -> int:
    """Find every interested supplier of one procedure, if it is open (B2); how many matches were new.

    Announces companies that had no match with it yet, by batches. Repeating finds nothing new. An interest saved
    in the moment of publication may have found the procedure first, quietly: `just_published` announces it still.
    """
    with transaction.atomic():
        lots = oracle.open_lots([procedure_id], moment=clock.db_now())
        early = _found_since_publication(procedure_id) if just_published else []
        return _note(oracle.fits_of_lots(lots), quiet=False, early=early)


def match_procedures(*, procedure_ids: Collection[UUID], quiet: bool = False) -> int:
    """The same for many procedures in one pass; those that aren't open (or say no deadline) are left out.

    `quiet` matches stand in lists and in the sales desk, and nobody gets a message.
    """
    with transaction.atomic():
        lots = oracle.open_lots(procedure_ids, moment=clock.db_now())
        return _note(oracle.fits_of_lots(lots), quiet=quiet)


def _found_since_publication(procedure_id: UUID) -> list[Match]:
    untold = Match.objects.filter(procedure_id=procedure_id, told_at=None, found_at__gte=F("procedure__published_at"))
    return list(untold.order_by("company_id", "id"))


def match_interest(*, interest_id: UUID) -> int:
    """Match a new or changed interest against everything open (B1), quietly: who changed it is looking at it."""
    with transaction.atomic():
        interest = Interest.objects.filter(pk=interest_id).first()
        if interest is None:
            return 0
        fits = [
            Fit(
                interest_id=interest.pk,
                interest_version=interest.version,
                company_id=interest.company_id,
                lot_id=lot_id,
                procedure_id=procedure_id,
            )
            for lot_id, procedure_id in oracle.lots_of_interest(stored.facts(interest), open_at=clock.db_now())
        ]
        _drop_misfits(interest, fits)
        return _note(fits, quiet=True)


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


def _note(fits: Sequence[Fit], *, quiet: bool, early: Sequence[Match] = ()) -> int:
    """Store the matches not yet there and announce each procedure to the companies that are new to it."""
    concerned = {fit.procedure_id for fit in fits}
    knew = set(Match.objects.filter(procedure_id__in=concerned).values_list("company_id", "procedure_id"))
    made = _store(fits)
    news = [match for match in made if (match.company_id, match.procedure_id) not in knew] + list(early)
    if news:
        _announce(news, quiet=quiet)
    return len(made)


def _store(fits: Sequence[Fit]) -> list[Match]:
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
        Match(
            id=match_id,
            company_id=fit.company_id,
            procedure_id=fit.procedure_id,
            lot_id=fit.lot_id,
            interest_id=fit.interest_id,
            interest_version=fit.interest_version,
            found_at=moment,
        )
        for match_id, fit in rows.items()
        if match_id in stored_ids
    ]


def _announce(news: Sequence[Match], *, quiet: bool) -> None:
    """One announcement per procedure and thousand suppliers; of a company's matches that of the first lot speaks."""
    about_all = procedures.facts_for_matching({match.procedure_id for match in news})
    facts = {about.procedure_id: about for about in about_all}
    place = {lot.lot_id: number for about in about_all for number, lot in enumerate(about.lots)}
    first: dict[tuple[UUID, UUID], Match] = {}
    fitting: dict[tuple[UUID, UUID], set[UUID]] = {}
    for match in sorted(news, key=lambda match: (place[match.lot_id], match.pk)):
        whose = match.procedure_id, match.company_id
        first.setdefault(whose, match)
        fitting.setdefault(whose, set()).add(match.lot_id)
    spoken = sorted(first.values(), key=lambda match: (match.procedure_id, match.company_id))
    why = reasons.of_matches(spoken)
    names = stored.names([(match.interest_id, match.interest_version) for match in spoken])
    for procedure_id, group in groupby(spoken, key=lambda match: match.procedure_id):
        about = facts[procedure_id]
        found = [
            MatchFound(
                company_id=match.company_id,
                match_id=match.pk,
                reason=replace(why[match.pk], more_lots=len(fitting[procedure_id, match.company_id]) - 1)
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
