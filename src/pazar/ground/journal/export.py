"""The journal as lines of JSON, for anybody to verify."""

import base64
import json
from typing import TextIO

from django.db.models import Exists, OuterRef

from pazar.ground.journal.commands import give_positions
from pazar.ground.journal.models import Disclosure, Position
from pazar.ground.journal.rules import public

FORMAT = "pazar-journal-1"


def write(out: TextIO, *, public_only: bool = False) -> int:
    """Write every entry that has its place in the order; how many. Secret payloads are left out, not their leaves.

    `public_only` leaves out every payload that isn't everybody's business: for the download on the centre's pages.
    """
    give_positions()
    out.write(json.dumps({"format": FORMAT}) + "\n")
    disclosed = Disclosure.objects.filter(secret_key=OuterRef("entry__secret_key"))
    rows = (
        Position.objects.order_by("seq")
        .annotate(is_disclosed=Exists(disclosed))
        .values_list(
            "seq", "entry__leaf", "entry__secret_key", "is_disclosed", "entry__payload__salt", "entry__payload__content"
        )
    )
    count = 0
    for seq, leaf, secret_key, is_disclosed, salt, content in rows.iterator(chunk_size=2000):
        line: dict[str, object] = {"seq": seq, "leaf": bytes(leaf).hex()}
        is_secret = bool(secret_key) and not is_disclosed
        if is_secret:
            line["secret"] = True
        elif content is None:
            line["erased"] = True
        elif public_only and not public.is_public(json.loads(bytes(content))["kind"], is_secret=False):
            line["secret"] = True
        else:
            line["salt"] = bytes(salt).hex()
            line["payload"] = base64.b64encode(bytes(content)).decode()
        out.write(json.dumps(line) + "\n")
        count += 1
    return count
