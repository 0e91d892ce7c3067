"""Read the outbox in commit order and keep a delivery for every endpoint that asked."""

import logging

from django.db import transaction
from procrastinate.contrib.django import app

from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.outbox import reading as outbox
from pazar.ground.webhooks import kinds
from pazar.ground.webhooks.models import Delivery, Endpoint, Reader

BATCH = 200
READER = "webhooks"
AGAIN = "webhooks.note_again"
"""The job that tells an event which couldn't be told when it was read."""

log = logging.getLogger(__name__)


def read_on(*, limit: int = BATCH) -> int:
    """Go through the next events; how many were read. Whoever comes second while one reads does nothing.

    The place and the deliveries are written in one transaction: a crash reads the same again, and nothing is skipped.
    """
    if not _has_news():
        return 0
    with transaction.atomic(), acting(CENTRE):
        Reader.objects.get_or_create(name=READER, defaults=_from_now())
        reader = Reader.objects.select_for_update(skip_locked=True).filter(name=READER).first()
        if reader is None:
            return 0
        rows = outbox.after(outbox.Place(txid=reader.txid, event_id=reader.event_id), limit=limit)
        if not rows:
            return 0
        # Translating an event for a thousand companies is for nothing where nobody listens.
        if Endpoint.objects.filter(is_active=True).exists():
            for row in rows:
                note(row)
        reader.txid, reader.event_id = rows[-1].place.txid, rows[-1].place.event_id
        reader.save(update_fields=["txid", "event_id"])
        return len(rows)


def note(row: outbox.Read) -> None:
    """The deliveries of one event. One that can't be told in public words doesn't hold up those behind it: it becomes
    a job, which is tried again and ends in the operator's list.
    """
    try:
        with transaction.atomic():
            _tell(row)
    except Exception:
        log.exception("event could not be told by webhooks", extra={"event": row.kind, "event_id": row.place.event_id})
        app.configure_task(AGAIN).defer(event_id=row.place.event_id)


def note_again(*, event_id: int) -> None:
    """The deliveries of an event that couldn't be told; those that are there are not made twice."""
    with transaction.atomic(), acting(CENTRE):
        _tell(outbox.one(event_id))


def _tell(row: outbox.Read) -> None:
    translate = kinds.translation(row.kind)
    if translate is None:
        return
    public = list(translate(row.event()))
    companies = {told.company_id for told in public}
    found: dict[object, list[Endpoint]] = {}
    for endpoint in Endpoint.objects.filter(company_id__in=companies, is_active=True):
        found.setdefault(endpoint.company_id, []).append(endpoint)
    moment = clock.db_now()
    Delivery.objects.bulk_create(
        [
            Delivery(
                endpoint=endpoint,
                company_id=endpoint.company_id,
                source=f"{row.place.event_id}:{told.type}",
                type=told.type,
                content={"type": told.type, "timestamp": row.published_at.isoformat(), "data": dict(told.data)},
                made_at=moment,
            )
            for told in public
            for endpoint in found.get(told.company_id, ())
            if told.type in endpoint.events
        ],
        ignore_conflicts=True,
    )


def _has_news() -> bool:
    """Whether there may be something: asked every second, for ever, by one statement outside any transaction."""
    place = Reader.objects.filter(name=READER).values_list("txid", "event_id").first()
    return place is None or outbox.is_behind(outbox.Place(txid=place[0], event_id=place[1]))


def _from_now() -> dict[str, int]:
    """A new reader begins where the outbox stands: nobody asked for what was before."""
    place = outbox.end()
    return {"txid": place.txid, "event_id": place.event_id}
