"""Have heads stamped by an outside authority, every so often; nothing ever waits for it (J1)."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from pazar.ground import clock
from pazar.ground.journal import tree
from pazar.ground.journal.adapters.authority import Authority, AuthoritySilent
from pazar.ground.journal.models import Stamp, StampTry
from pazar.ground.journal.rules import head, stamp

log = logging.getLogger(__name__)


def one_round() -> int:
    """The worker's round: does nothing unless an authority is set and its period is over."""
    if settings.TSA_URL and is_due(datetime.now(UTC)):
        stamp_latest(configured())
    return 0


def configured() -> Authority:
    """The authority of the settings. Raises OSError or ValueError where its certificates can't be read."""
    roots = stamp.certificates(Path(settings.TSA_ROOTS).read_bytes()) if settings.TSA_ROOTS else []
    return Authority(url=settings.TSA_URL, roots=tuple(roots))


def is_due(now: datetime) -> bool:
    """Whether the last try is a period ago; a silent authority is asked again sooner, ten times a period."""
    last = StampTry.objects.order_by("-at").first()
    if last is None:
        return True
    period = timedelta(minutes=settings.TSA_MINUTES)
    return now - last.at >= (period / 10 if last.fault else period)


def stamp_latest(authority: Authority) -> Stamp | None:
    """Have the latest head stamped; None where it has a stamp already or the authority is silent, which is noted."""
    latest = tree.latest()
    if latest is None or latest.stamps.exists():
        return None
    asked_at = datetime.now(UTC)
    try:
        # No transaction is open, and no lock held, while the network is waited for.
        answer, found = authority.stamp(head.read(latest.note).signed)
    except AuthoritySilent as silent:
        log.warning("time stamp authority is silent", extra={"fault": silent.silence.value})
        StampTry.objects.create(at=asked_at, authority=authority.url, fault=silent.silence.value)
        return None
    StampTry.objects.create(at=asked_at, authority=authority.url)
    return Stamp.objects.create(
        head=latest, authority=found.authority, answer=answer, stamped_at=found.at, made_at=clock.db_now()
    )
