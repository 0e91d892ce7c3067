"""One call to a company's system: to the address that was checked and no other, bounded in time and size.

The name is resolved once and the socket opened to that very address (a second look-up could answer another: DNS
rebinding); the certificate is checked against the name. Redirects are not followed, and no
proxy of the environment is used.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from pazar.ground.net.rules import addresses
from pazar.ground.net.rules.addresses import Network, Target

CONNECT_SECONDS = 5
TOTAL_SECONDS = 15
MOST_BYTES = 64 * 1024


class NotCalled(Exception):
    """`fault` is one word for the list: no answer came that counts."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    retry_after: str = ""


def allowed() -> list[Network]:
    """Networks inside that may be called all the same: a test's, or an operator's own."""
    return [ipaddress.ip_network(name) for name in settings.WEBHOOKS_INSIDE]


def target(url: str) -> Target | None:
    return addresses.read(url, with_http=bool(settings.WEBHOOKS_INSIDE))


def resolve(found: Target) -> str:
    """The address to connect to. Raises NotCalled for a name unknown or leading inside."""
    try:
        rows = socket.getaddrinfo(found.host, found.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotCalled("name_unknown") from error
    chosen = addresses.choose([str(row[4][0]) for row in rows], allowed=allowed())
    if chosen is None:
        raise NotCalled("address_inside")
    return chosen


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST `body`; the answer's status. Raises NotCalled."""
    found = target(url)
    if found is None:
        raise NotCalled("address_refused")
    address = resolve(found)
    try:
        raw = socket.create_connection((address, found.port), timeout=CONNECT_SECONDS)
    except OSError as error:
        raise NotCalled("no_connection") from error
    # Each read has its own time-out; a server that answers a byte every few seconds is cut by the clock.
    late = threading.Event()
    open_now = [raw]
    cut = threading.Timer(TOTAL_SECONDS, _shut, [open_now, late])
    cut.daemon = True
    cut.start()
    try:
        answer = _exchange(open_now, found, body, headers)
        if late.is_set():
            # A head that was cut off looks like one that ended.
            raise NotCalled("no_answer")
        return answer
    except ssl.SSLError as error:
        raise NotCalled("no_answer" if late.is_set() else "certificate") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotCalled("no_answer") from error
    finally:
        cut.cancel()
        with contextlib.suppress(OSError):
            open_now[-1].close()


def _exchange(open_now: list[socket.socket], found: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    raw = open_now[-1]
    raw.settimeout(TOTAL_SECONDS)
    line = http.client.HTTPConnection(found.host, found.port, timeout=TOTAL_SECONDS)
    if found.scheme == "https":
        # The wrapped socket takes the connection over from the bare one: from here it is the one to be cut, from
        # before the handshake on, which a server can draw out as well.
        safe = ssl.create_default_context().wrap_socket(raw, server_hostname=found.host, do_handshake_on_connect=False)
        open_now.append(safe)
        safe.do_handshake()
        line.sock = safe
    else:
        line.sock = raw
    try:
        line.putrequest("POST", found.path, skip_host=True, skip_accept_encoding=True)
        sent = {"Host": found.host_header, "Content-Length": str(len(body)), "Connection": "close", **headers}
        for name, value in sent.items():
            line.putheader(name, value)
        line.endheaders(body)
        answer = line.getresponse()
        if len(answer.read(MOST_BYTES + 1)) > MOST_BYTES:
            raise NotCalled("answer_too_long")
        return Answer(status=answer.status, retry_after=answer.getheader("Retry-After", ""))
    finally:
        line.close()


def _shut(open_now: list[socket.socket], late: threading.Event) -> None:
    late.set()
    # Both, newest first: the connection may be handed over in this very moment.
    for one in reversed(open_now):
        with contextlib.suppress(OSError):
            socket.socket.shutdown(one, socket.SHUT_RDWR)
