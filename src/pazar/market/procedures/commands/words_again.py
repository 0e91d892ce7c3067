"""The stored words of procedures, made again: after a change of the lemmatiser they would miss what is asked (J4)."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from pazar.ground import words
from pazar.market.procedures import queries
from pazar.market.procedures.models import Lot, Procedure
from pazar.market.procedures.rules import lemmas

AT_ONCE = 500


def words_again(*, after: UUID | None = None, limit: int = AT_ONCE) -> tuple[Sequence[UUID], int]:
    """Look at the next `limit` procedures by id: their ids, and how many rows said other words.

    Repeated, it changes nothing. Lists follow by the database's own triggers.
    """
    with transaction.atomic():
        found = Procedure.objects.order_by("id")
        if after is not None:
            found = found.filter(pk__gt=after)
        rows = list(found[:limit])
        ids = [row.pk for row in rows]
        changed_lots: list[Lot] = []
        for row, lots in queries.with_lots(rows):
            for lot in lots:
                said = _words(row, lot)
                if said != lot.lemmas:
                    lot.lemmas = said
                    changed_lots.append(lot)
        changed = []
        for row in rows:
            said = words.lemmas(row.buyer_name)
            if row.buyer_name and said != row.buyer_lemmas:
                row.buyer_lemmas = said
                changed.append(row)
        Lot.objects.bulk_update(changed_lots, ["lemmas"], batch_size=200)
        Procedure.objects.bulk_update(changed, ["buyer_lemmas"], batch_size=200)
        return ids, len(changed_lots) + len(changed)


def _words(row: Procedure, lot: Lot) -> list[str]:
    own = [lot.title, lot.description, *(item.description for item in lot.items.all())]
    if row.is_own:
        return words.lemmas("\n".join(text for text in (*own, row.title, row.description) if text))[: lemmas.MOST]
    return lemmas.of_published_lot(own, [row.title, row.description])
