"""The journal as lines of JSON, for anybody to verify."""

import base64
import json
from collections.abc import Iterator
from typing import Any, TextIO

from django.db import models
from django.db.models import Exists, F, OuterRef

from pazar.ground import keys
from pazar.ground.journal import sequencer, tree
from pazar.ground.journal.models import Disclosure, Position, Stamp
from pazar.ground.journal.rules import public
from pazar.ground.journal.rules.verify import FORMAT

CHUNK = 2_000


def write(out: TextIO, *, public_only: bool = False) -> int:
    """Write every entry that has its place in the order; how many. Secret payloads are left out, not their leaves.

    `public_only` leaves out every payload that isn't everybody's business: for the download on the centre's pages.
    """
    count = 0
    for line in lines(public_only=public_only):
        out.write(line)
        count += line.startswith('{"seq"')
    return count


def lines(*, public_only: bool = False) -> Iterator[str]:
    """The export line by line: what it is and its head, stamped heads (a day's last), then the entries.

    The head is taken first, and read up to: entries below it don't change while others are appended, so no
    transaction has to stand open for the whole of it.
    """
    sequencer.sequence()
    last = tree.latest()
    size = last.size if last is not None else 0
    yield _line(
        {"format": FORMAT, "head": last.note if last is not None else "", "centre_key": keys.centre_public().hex()}
    )
    for stamp in _stamps(size):
        yield _line({"stamp": base64.b64encode(bytes(stamp.answer)).decode(), "head": stamp.head.note})
    done = 0
    while done < size:
        rows = _rows(done, min(done + CHUNK, size))
        for row in rows:
            yield _line(_entry(*row, public_only=public_only))
        done += CHUNK


def _rows(after: int, until: int) -> list[tuple[Any, ...]]:
    disclosed = Disclosure.objects.filter(secret_key=OuterRef("entry__secret_key"))
    record = Position.objects.filter(entry__erases__entry=OuterRef("entry"))
    return list(
        Position.objects.filter(seq__gt=after, seq__lte=until)
        .order_by("seq")
        .annotate(is_disclosed=Exists(disclosed), record=models.Subquery(record.values("seq")[:1]))
        .values_list(
            "seq",
            "entry__leaf",
            "entry__secret_key",
            "is_disclosed",
            "entry__payload__salt",
            "entry__payload__content",
            "record",
            "entry__erasure__entry_id",
        )
    )


def _entry(
    seq: int,
    leaf: bytes,
    secret_key: str,
    is_disclosed: bool,
    salt: bytes | None,
    content: bytes | None,
    record: int | None,
    erased_id: int | None,
    *,
    public_only: bool,
) -> dict[str, Any]:
    line: dict[str, Any] = {"seq": seq, "leaf": bytes(leaf).hex()}
    if secret_key and not is_disclosed:
        return line | {"secret": True}
    if salt is None or content is None:
        # The entry that records it may wait for its place yet: then it gets one after this export's head.
        return line | {"erased": True, "record": record or (None if erased_id is None else _placed_since(erased_id))}
    if public_only and not public.is_public(json.loads(bytes(content))["kind"], is_secret=False):
        return line | {"secret": True}
    return line | {"salt": bytes(salt).hex(), "payload": base64.b64encode(bytes(content)).decode()}


def _placed_since(erased_id: int) -> int | None:
    """The place that an erasure's record gets which had none when the entry was read."""
    sequencer.sequence()
    return Position.objects.filter(entry__erases__entry_id=erased_id).values_list("seq", flat=True).first()


def _stamps(size: int) -> list[Stamp]:
    found = (
        Stamp.objects.filter(head__size__lte=size)
        .select_related("head")
        .order_by("stamped_at__date", F("stamped_at").desc())
        .distinct("stamped_at__date")
    )
    return list(found)


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values) + "\n"
