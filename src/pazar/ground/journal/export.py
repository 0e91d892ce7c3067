"""The journal as lines of JSON, for anybody to verify."""

import base64
import json
from typing import TextIO

from django.db.models import Exists, OuterRef

from pazar.ground.journal.commands import give_positions
from pazar.ground.journal.models import Disclosure, Position

FORMAT = "pazar-journal-1"


def write(out: TextIO) -> int:
    """Write every entry that has its place in the order; how many. Secret payloads are left out, not their leaves."""
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
        if secret_key and not is_disclosed:
            line["secret"] = True
        elif content is None:
            line["erased"] = True
        else:
            line["salt"] = bytes(salt).hex()
            line["payload"] = base64.b64encode(bytes(content)).decode()
        out.write(json.dumps(line) + "\n")
        count += 1
    return count
