"""Post what is due, signed; note what came of it."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from standardwebhooks.webhooks import Webhook

from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.webhooks import calling
from pazar.ground.webhooks.models import Delivery, Endpoint
from pazar.ground.webhooks.rules import retries

BATCH = 40
AT_ONCE = 8
LEASE_SECONDS = 120
GONE = 410


@dataclass(frozen=True, kw_only=True)
class _Due:
    delivery_id: UUID
    url: str
    body: bytes
    secrets: tuple[str, ...]
    tries: int


@dataclass(frozen=True, kw_only=True)
class _Result:
    due: _Due
    status: int | None = None
    fault: str = ""
    asked: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def deliver_due(*, limit: int = BATCH) -> int:
    """Post a batch of what is due, several at once; how many were tried. No row is locked while the network works."""
    due = _take(limit)
    if not due:
        return 0
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        # The threads touch no database: what they need lies in `due`.
        _note(list(pool.map(_call, due)))
    return len(due)


def signatures(secrets: Sequence[str], *, delivery_id: UUID, at: datetime, body: bytes) -> str:
    """One signature for each secret in force, parted by spaces (Standard Webhooks)."""
    return " ".join(Webhook(secret).sign(str(delivery_id), at, body.decode()) for secret in secrets)


def _take(limit: int) -> list[_Due]:
    with transaction.atomic(), acting(CENTRE), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE webhooks_delivery SET state = 'sending', next_at = clock_timestamp() + make_interval(secs => %s)
            WHERE id IN (
              SELECT d.id FROM webhooks_delivery d JOIN webhooks_endpoint e ON e.id = d.endpoint_id
              WHERE d.state IN ('waiting', 'sending') AND d.next_at <= clock_timestamp() AND e.is_active
              ORDER BY d.next_at, d.id LIMIT %s FOR UPDATE OF d SKIP LOCKED)
            RETURNING id
            """,
            [LEASE_SECONDS, limit],
        )
        ids = [row[0] for row in cursor.fetchall()]
        moment = clock.db_now()
        rows = Delivery.objects.filter(pk__in=ids).select_related("endpoint").order_by("made_at", "id")
        return [
            _Due(
                delivery_id=row.pk,
                url=row.endpoint.url,
                body=json.dumps(row.content, ensure_ascii=False, separators=(",", ":")).encode(),
                secrets=_secrets(row.endpoint, moment),
                tries=row.tries,
            )
            for row in rows
        ]


def _secrets(endpoint: Endpoint, moment: datetime) -> tuple[str, ...]:
    overlaps = bool(endpoint.old_secret) and endpoint.old_until is not None and endpoint.old_until > moment
    return (endpoint.secret, endpoint.old_secret) if overlaps else (endpoint.secret,)


def _call(due: _Due) -> _Result:
    # The true time: receivers refuse what is older than minutes, and a demo's clock runs ahead.
    at = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Pazar-Webhooks/1",
        "webhook-id": str(due.delivery_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures(due.secrets, delivery_id=due.delivery_id, at=at, body=due.body),
    }
    try:
        answer = calling.post(due.url, body=due.body, headers=headers)
    except calling.NotCalled as error:
        return _Result(due=due, fault=error.fault)
    except Exception as error:
        return _Result(due=due, fault=type(error).__name__)
    fault = "" if 200 <= answer.status < 300 else "redirected" if 300 <= answer.status < 400 else "refused"
    seconds = int(answer.retry_after) if answer.retry_after.isdecimal() and len(answer.retry_after) < 7 else None
    asked = timedelta(seconds=seconds) if seconds is not None else None
    return _Result(due=due, status=answer.status, fault=fault, asked=asked)


def _note(results: Sequence[_Result]) -> None:
    with transaction.atomic(), acting(CENTRE):
        moment = clock.db_now()
        true_now = datetime.now(UTC)
        for result in results:
            tries = result.due.tries + 1
            wait = None if result.is_taken else retries.wait(tries, asked=result.asked)
            if result.is_taken:
                state = Delivery.State.DELIVERED
            elif wait is None or result.status == GONE:
                state = Delivery.State.DEAD
            else:
                state = Delivery.State.WAITING
            mine = Delivery.objects.filter(pk=result.due.delivery_id, state=Delivery.State.SENDING)
            mine.update(
                state=state,
                tries=tries,
                status=result.status,
                fault=result.fault,
                done_at=None if state == Delivery.State.WAITING else moment,
                next_at=true_now + (wait or timedelta(0)),
            )
            if result.status == GONE:
                # "Gone" is the receiver's way to say that he wants no more.
                Endpoint.objects.filter(deliveries=result.due.delivery_id).update(is_active=False, why_off="gone")
