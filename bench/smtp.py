"""Mails a second through the whole way: rows in the database, one server on loopback in a process of its own.

    pazar bench smtp [--mails 100000] [--workers 2] [--bad 1] [--json]

The server refuses some addresses for good, puts some mails off once and drops some lines in the middle of a text;
at the end every mail is accounted for: what the server took stands as sent, once, and nothing else does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from _centre import fresh_centre, load, work_folder

DOMAINS = 400


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--bad", type=int, default=1, help="of a hundred: so many of each kind of trouble")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with work_folder() as folder:
        found = measure(folder, asked.mails, asked.workers, asked.bad)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        print("\n".join(f"{name:32}{value}" for name, value in found.items()))
    return 0 if found["all_accounted_for"] else 1


class Server:
    """What a relay does on an ordinary bad day."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        self.seen[address] += 1
        if address.startswith("late") and self.seen[address] == 1:
            return "451 4.7.1 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        if address.startswith("drop") and self.seen[address] == 1:
            server.transport.close()
            return "451 never heard"
        self.taken[address] += 1
        return "250 OK"


def serve(ready: Any, stop: Any, out: Path) -> None:
    from aiosmtpd.smtp import SMTP

    handler = Server()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(handler, loop=loop, command_call_limit=10**9), "127.0.0.1", 0, backlog=100
        )
        ready.put(server.sockets[0].getsockname()[1])
        while not stop.is_set():
            await asyncio.sleep(0.2)
        server.close()

    import logging

    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(run())
    out.write_text(json.dumps(dict(handler.taken)))


def send() -> None:
    """A worker's round until nothing more can be taken, in a process of its own as in a cluster."""
    from pazar.ground import console

    console.load_django()
    from django.db import connection, transaction

    from pazar.ground.messages.commands import sending
    from pazar.ground.messages.models import Mail

    while True:
        if sending.send_waiting():
            continue
        # What was put off comes after a minute by the clock; the bench doesn't wait for it.
        # Rows that the other worker holds are left: an update that waits for one keeps others from him meanwhile.
        with transaction.atomic():
            late = list(Mail.objects.select_for_update(skip_locked=True).filter(state="waiting").values_list("pk"))
            put_off = Mail.objects.filter(pk__in=[pk for (pk,) in late]).update(next_at="2020-01-01T00:00Z")
        if not put_off and not Mail.objects.filter(state="sending").exists():
            break
        time.sleep(0.05)
    sending.finish()
    connection.close()


def make(count: int, bad: int) -> None:
    """Rows as `tell_many` leaves them, so that only the sending is measured."""
    from pazar.ground import clock
    from pazar.ground.ids import new_id
    from pazar.ground.messages.models import Mail

    moment = clock.db_now()
    text = "Покана за доставка на кабели и проводници за общината.\n\n" * 8
    html = f"<!doctype html><html lang=bg><body><p>{text}</p></body></html>" + "<!-- -->" * 400

    def address(n: int) -> str:
        kind = n % 100
        name = "nobody" if kind < bad else "late" if kind < 2 * bad else "drop" if kind < 3 * bad else "somebody"
        return f"{name}{n}@d{n % DOMAINS}.example.org"

    for start in range(0, count, 5_000):
        rows = []
        for n in range(start, min(start + 5_000, count)):
            mail_id = new_id()
            rows.append(
                Mail(
                    id=mail_id,
                    to=address(n),
                    domain=address(n).rpartition("@")[2],
                    subject=f"Доставка на кабели № {n}",
                    text=text,
                    html=html,
                    headers={
                        "Message-ID": f"<{mail_id.hex}@example.org>",
                        "List-Unsubscribe": f"<http://localhost/unsubscribe/{mail_id.hex}/>",
                        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                        "Auto-Submitted": "auto-generated",
                    },
                    made_at=moment,
                )
            )
        Mail.objects.bulk_create(rows, batch_size=2_500)


def measure(folder: Path, count: int, workers: int, bad: int) -> dict[str, Any]:
    os.environ.setdefault("PAZAR_LOG_LEVEL", "ERROR")
    os.environ["PAZAR_MAIL_PER_DOMAIN"] = f"*={max(600, count)}"
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Queue(), context.Event()
    server = context.Process(target=serve, args=(ready, stop, folder / "taken.json"))
    server.start()
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{ready.get()}"
    try:
        with fresh_centre(folder, "demo"):
            from django.db import connection

            make(count, bad)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE pazar_messages_mail")
            processes = [context.Process(target=send) for _n in range(workers)]
            begun = time.perf_counter()
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            took = time.perf_counter() - begun
            from pazar.ground.messages.models import Mail

            states = Counter(Mail.objects.values_list("state", flat=True))
            sent = set(Mail.objects.filter(state="sent").values_list("to", flat=True))
    finally:
        stop.set()
        server.join(20)
    taken = Counter(json.loads((folder / "taken.json").read_text()))
    accounted = (
        set(taken) == sent
        and all(number == 1 for number in taken.values())
        and sum(states.values()) == count
        and set(states) <= {"sent", "failed"}
        and all(process.exitcode == 0 for process in processes)
    )
    return {
        "mails": count,
        "workers": workers,
        "seconds": round(took, 1),
        "mails_per_second": round(count / took),
        "taken_by_the_server": sum(taken.values()),
        "states": dict(states),
        "all_accounted_for": accounted,
        "load_average": load(),
        "goal": {"mails_per_second": 500},
    }


if __name__ == "__main__":
    sys.exit(main())
