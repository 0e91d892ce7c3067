"""One answer of somebody else's server: from an address that was checked and no other, bounded in time and size.

The name is resolved once for each connection and the socket opened to that very address (a second look-up could
answer another: DNS rebinding); certificates are checked against the name. Redirects are followed only if asked, each
judged like the first address, never from https to http. No proxy of the environment is used, no cookie kept.
"""

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urljoin

import httpcore
import httpx

from pazar.ground.net.rules import addresses
from pazar.ground.net.rules.addresses import Network

CONNECT_SECONDS: Final = 5.0
_PIECE: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class NotFetched(Exception):
    """No answer came that can be used; `fault` is one stable word.

    address_refused, name_unknown, address_inside, no_connection, certificate, too_slow, broken_off, too_large,
    wrong_encoding, redirected, too_many_redirects, resting (see `patience`).
    """

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a caller lets a server do. `seconds` is for all of it, redirects included; `most_bytes` counts what is
    unpacked. `inside` names networks of one's own that may be called all the same; `with_http` lets plain http."""

    seconds: float = 15.0
    most_bytes: int = 5_000_000
    redirects: int = 0
    inside: tuple[Network, ...] = ()
    with_http: bool = False


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """An answer, whole. `kind` is its media type without parameters, in lower case."""

    status: int
    url: str
    kind: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Opened:
    """An answer whose body is still to come."""

    def __init__(self, answer: httpx.Response, limits: Limits, clock: "_Clock") -> None:
        self._answer, self._limits, self._clock = answer, limits, clock
        self.status = answer.status_code
        self.url = str(answer.url)
        self.headers: Mapping[str, str] = answer.headers
        self.kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def pieces(self) -> Iterator[bytes]:
        """The body, unpacked, piece by piece. Raises NotFetched in the midst of it."""
        size = 0
        with _faults(self._clock):
            for piece in _unpacked(self._answer):
                size += len(piece)
                if size > self._limits.most_bytes:
                    raise NotFetched("too_large")
                yield piece
            self._clock.check()  # one that was cut off without a length looks like one that ended

    def save(self, stream: BinaryIO) -> int:
        """The body into `stream`; how many bytes."""
        return sum(stream.write(piece) for piece in self.pieces())


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Of settings: "10.1.0.0/16". Raises ValueError."""
    return tuple(ipaddress.ip_network(name) for name in names)


def fetch(
    url: str,
    *,
    limits: Limits,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    certificate: Path | None = None,
) -> Fetched:
    """The whole answer, whatever its status. Raises NotFetched."""
    with opened(url, limits=limits, method=method, headers=headers, body=body, certificate=certificate) as answer:
        content = b"".join(answer.pieces())
        return Fetched(
            status=answer.status, url=answer.url, kind=answer.kind, headers=dict(answer.headers), body=content
        )


@contextlib.contextmanager
def opened(
    url: str,
    *,
    limits: Limits,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    certificate: Path | None = None,
) -> Iterator[Opened]:
    """The head of an answer, its body to be read piece by piece. Raises NotFetched.

    `certificate` is a file with the client's certificate and key (PEM), for servers that ask who calls.
    """
    clock = _Clock(limits.seconds)
    sent = {"User-Agent": "Pazar", "Accept-Encoding": "gzip", **(headers or {})}
    with contextlib.ExitStack() as stack:
        stack.callback(clock.stop)
        with _faults(clock):
            client = stack.enter_context(_client(limits, clock, certificate))
            answer = _final(client, url, limits, clock, method=method, headers=sent, body=body)
        stack.callback(answer.close)
        yield Opened(answer, limits, clock)  # what the caller does with it fails as it fails


def _client(limits: Limits, clock: "_Clock", certificate: Path | None) -> httpx.Client:
    context = ssl.create_default_context()
    if certificate is not None:
        context.load_cert_chain(certificate)
    return httpx.Client(
        transport=_Transport(limits, clock, context),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(limits.seconds, connect=min(CONNECT_SECONDS, limits.seconds)),
    )


def _final(
    client: httpx.Client,
    url: str,
    limits: Limits,
    clock: "_Clock",
    *,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
) -> httpx.Response:
    was_safe = False
    sent = dict(headers)
    for _hop in range(limits.redirects + 1):
        found = addresses.read(url, with_http=limits.with_http and not was_safe)
        if found is None:
            raise NotFetched("address_refused")
        was_safe = found.scheme == "https"
        clock.check()
        answer = client.send(client.build_request(method, url, headers=sent, content=body), stream=True)
        where = answer.headers.get("Location", "")
        if answer.status_code not in _REDIRECTS or not where:
            return answer
        answer.close()
        if limits.redirects == 0:
            raise NotFetched("redirected")
        before, url = url, urljoin(url, where).partition("#")[0]
        if httpx.URL(before).netloc != httpx.URL(url).netloc:
            # What was meant for one server isn't told another.
            sent = {name: text for name, text in sent.items() if name.lower() not in ("authorization", "cookie")}
        if answer.status_code == 303 or (method == "POST" and answer.status_code in (301, 302)):
            method, body = "GET", None
    raise NotFetched("too_many_redirects")


def _unpacked(answer: httpx.Response) -> Iterator[bytes]:
    """Unpacked here and not by the client, which would unpack a bomb before anybody counts."""
    packing = answer.headers.get("Content-Encoding", "").strip().lower()
    if packing in ("", "identity"):
        yield from answer.iter_raw()
        return
    if packing != "gzip":
        raise NotFetched("wrong_encoding")
    unpacker = zlib.decompressobj(wbits=31)
    for raw in answer.iter_raw():
        rest = raw
        while rest:
            if piece := unpacker.decompress(rest, _PIECE):
                yield piece
            rest = unpacker.unconsumed_tail
    if piece := unpacker.flush():
        yield piece
    if not unpacker.eof:
        raise NotFetched("broken_off")


@contextlib.contextmanager
def _faults(clock: "_Clock") -> Iterator[None]:
    try:
        yield
    except NotFetched:
        if clock.is_over:
            raise NotFetched("too_slow") from None
        raise
    except httpcore.TimeoutException as error:
        raise NotFetched("too_slow") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpx.InvalidURL, OSError, zlib.error) as error:
        raise NotFetched("too_slow" if clock.is_over else _fault(error)) from error


def _fault(error: Exception) -> str:
    if isinstance(error, httpcore.ConnectError):
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ssl.SSLError):
            cause = cause.__cause__ or cause.__context__
        return "certificate" if cause is not None else "no_connection"
    return "broken_off"


class _Clock:
    """The end of all patience: a server that sends a byte now and then keeps each read in time, and is cut by this."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    @property
    def left(self) -> float:
        return self._until - time.monotonic()

    @property
    def is_over(self) -> bool:
        return self.left <= 0

    def check(self) -> None:
        if self.is_over:
            raise NotFetched("too_slow")

    def watch(self, raw: socket.socket) -> None:
        # A copy of its own: TLS takes the socket over, and in the midst of the handshake there is no other to shut.
        self._sockets.append(raw.dup())
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        for one in list(self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._timer.cancel()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.close()


class _Transport(httpx.BaseTransport):
    """httpx over a pool whose connections go through the guard."""

    def __init__(self, limits: Limits, clock: _Clock, context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=_Guard(limits, clock),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Guard(httpcore.SyncBackend):
    """Opens connections to checked addresses alone, and has them watched by the clock."""

    def __init__(self, limits: Limits, clock: _Clock) -> None:
        super().__init__()
        self._limits, self._clock = limits, clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,  # httpcore's own kind of tuple
    ) -> httpcore.NetworkStream:
        address = addresses.choose(self._resolved(host, port), allowed=self._limits.inside)
        if address is None:
            raise NotFetched("address_inside")
        wait = max(0.01, min(CONNECT_SECONDS, self._clock.left))
        line = super().connect_tcp(address, port, wait, local_address, socket_options)
        self._clock.watch(line.get_extra_info("socket"))
        return line

    def _resolved(self, host: str, port: int) -> list[str]:
        # The system's resolver takes its own time and can't be told a shorter one.
        found: list[str] = []
        asked = threading.Thread(target=_resolve, args=(host, port, found), daemon=True)
        asked.start()
        asked.join(max(0.01, self._clock.left))
        if not found:
            raise NotFetched("too_slow" if asked.is_alive() else "name_unknown")
        return found


def _resolve(host: str, port: int, found: list[str]) -> None:
    with contextlib.suppress(OSError, UnicodeError):
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found.extend(dict.fromkeys(str(row[4][0]) for row in rows))
