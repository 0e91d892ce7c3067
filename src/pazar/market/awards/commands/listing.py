"""What lists of awards and items read, brought up to date with their procedures (J4)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from pazar.ground import words
from pazar.ground.codes import queries as codes
from pazar.market.awards import queries
from pazar.market.awards.models import Award, ListedAward, ListedItem
from pazar.market.awards.rules.terms import covered, terms
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.queries import ForListing
from pazar.market.procedures.rules.states import State

_ONE_AT_A_TIME = 0x6C697374
AT_ONCE = 500


def list_again(procedure_ids: Collection[UUID]) -> None:
    """Take what stands in the lists of these procedures out, and put in what is public of them now.

    A procedure that is gone or no longer public leaves nothing. Repeated, it changes nothing. Two at once take turns:
    both would put the same rows in.
    """
    ids = sorted(procedure_ids)
    for start in range(0, len(ids), AT_ONCE):
        _again(ids[start : start + AT_ONCE])


def _again(ids: list[UUID]) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        found = procedures.for_listing(ids)
        own = queries.awards_by_procedure([one.procedure.pk for one in found if one.procedure.is_own])
        awards = [row for one in found for row in _awards(one, own.get(one.procedure.pk, []))]
        kinds = _words_of_categories(found)
        items = [row for one in found for row in _items(one, own.get(one.procedure.pk, []), kinds)]

        ListedAward.objects.filter(procedure_id__in=ids).delete()
        ListedItem.objects.filter(procedure_id__in=ids).delete()
        ListedAward.objects.bulk_create(awards, batch_size=500)
        ListedItem.objects.bulk_create(items, batch_size=500)


def _awards(one: ForListing, own: list[Award]) -> Iterator[ListedAward]:
    procedure = one.procedure
    by_id = {lot.pk: lot for lot in one.lots}
    for award in own:
        lot = by_id.get(award.lot_id)
        if lot is None or award.company is None:
            continue  # awarded to nobody: no award
        yield ListedAward(
            id=award.pk,
            procedure=procedure,
            lot_number=lot.number if len(one.lots) > 1 else "",
            title=lot.title,
            listed_on=_day(award.decided_at),
            decided_on=_day(award.decided_at),
            amount=award.amount,
            currency=award.currency,
            winner=award.company,
            winner_names=[award.company.name],
            bids_received=queries.bids_count(award),
            terms=terms(
                words=[*words.lemmas(award.company.name), *procedure.buyer_lemmas, *lot.lemmas],
                cpv=lot.cpv or procedure.cpv,
                regions=lot.regions or procedure.regions,
                origin=procedure.origin,
                buyer_id=procedure.buyer_id,
                winner_ids=[award.company.pk],
                references=[procedure.reference],
                is_awarded=True,
            ),
        )
    for published in one.published_awards:
        numbers = set(covered(published.lot_number, (lot.number for lot in one.lots)))
        lots = [lot for lot in one.lots if lot.number in numbers]
        names = list(published.supplier_names)
        yield ListedAward(
            id=published.pk,
            procedure=procedure,
            lot_number=published.lot_number if len(one.lots) > 1 else "",
            title=lots[0].title if len(lots) == 1 else "",
            listed_on=published.awarded_on or _published_on(one),
            decided_on=published.awarded_on,
            amount=published.amount,
            currency=published.currency,
            winner_id=published.supplier_id,
            winner_names=names,
            bids_received=published.bids_received,
            terms=terms(
                words=[
                    *(word for name in names for word in words.lemmas(name)),
                    *procedure.buyer_lemmas,
                    *(word for lot in lots for word in lot.lemmas),
                ],
                cpv=[code for lot in lots for code in lot.cpv] or procedure.cpv,
                regions=[region for lot in lots for region in lot.regions] or procedure.regions,
                origin=procedure.origin,
                buyer_id=procedure.buyer_id,
                winner_ids=[published.supplier_id] if published.supplier_id else [],
                references=[procedure.reference, procedure.source_id],
                is_awarded=True,
            ),
        )


def _words_of_categories(found: Sequence[ForListing]) -> dict[str, list[str]]:
    """What the items' own categories are called, in both languages: “NYY-J 4x16” is found as a cable by them."""
    wanted = {item.cpv for one in found for lot in one.lots for item in lot.items.all() if item.cpv}
    by_language = [codes.labels(wanted, language=language) for language in words.LANGUAGES]
    return {code: words.lemmas(" ".join(labels[code] for labels in by_language)) for code in wanted}


def _items(one: ForListing, own: list[Award], kinds: Mapping[str, list[str]]) -> Iterator[ListedItem]:
    procedure = one.procedure
    is_open = procedure.state == State.PUBLISHED
    for lot in one.lots:
        items = list(lot.items.all())
        award = next((award for award in own if award.lot_id == lot.pk and award.company_id), None)
        published = [
            p for p in one.published_awards if covered(p.lot_number, (o.number for o in one.lots)) == [lot.number]
        ]
        amount, currency = None, procedure.currency
        winners = [p.supplier_id for p in published]
        if award is not None:
            amount, currency, winners = award.amount, award.currency, [award.company_id]
        elif len(published) == 1:
            # Several awards of one lot share it in ways that a source doesn't say: none is the lot's price.
            amount, currency = published[0].amount, published[0].currency
        for item in items:
            yield ListedItem(
                id=item.pk,
                procedure=procedure,
                lot_number=lot.number if len(one.lots) > 1 else "",
                title=item.description,
                listed_on=_published_on(one),
                amount=amount,
                currency=currency or lot.currency or procedure.currency,
                cpv=item.cpv,
                quantity=item.quantity,
                unit=item.unit,
                place=item.place,
                items_in_lot=len(items),
                closes_at=procedure.closes_at,
                is_open=is_open,
                terms=terms(
                    words=[*words.lemmas(item.description[:8_000]), *kinds.get(item.cpv, ())],
                    cpv=[item.cpv] if item.cpv else (lot.cpv or procedure.cpv),
                    regions=lot.regions or procedure.regions,
                    origin=procedure.origin,
                    buyer_id=procedure.buyer_id,
                    winner_ids=[winner for winner in winners if winner],
                    references=[procedure.reference, procedure.source_id],
                    is_awarded=bool(award or published),
                ),
            )


def _published_on(one: ForListing) -> date:
    procedure = one.procedure
    return procedure.source_published_on or _day(procedure.published_at or procedure.created_at)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.CENTRE_ZONE)).date()
