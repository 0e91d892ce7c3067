"""A real server on loopback that behaves as badly as it is told."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Asked:
    """One request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Says:
    """One answer: `head` is written as it is, `body` in pieces of `piece` bytes with `pause` between them."""

    status: str = "200 OK"
    kind: str = "application/json"
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # what it says of its length, where it lies
    wait: float = 0.0
    piece: int = 1 << 20
    pause: float = 0.0
    hang_up: bool = False  # before a word is said


Behaviour = Callable[[Asked], Says]


class Server:
    """`with Server(behaviour) as server:` answers at `server.url`; `server.asked` holds what came."""

    def __init__(self, behaviour: Behaviour, *, context: ssl.SSLContext | None = None) -> None:
        self.behaviour = behaviour
        self.asked: list[Asked] = []
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ends.set()
        # A blocked accept doesn't notice that its socket is closed.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._ends.is_set():
            line, _address = self._listener.accept()
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(line):
            if self._ends.is_set():
                return
            if self._context is not None:
                line = self._context.wrap_socket(line, server_side=True)
            asked = _read(line)
            if asked is None:
                return
            self.asked.append(asked)
            says = self.behaviour(asked)
            self._ends.wait(says.wait)
            if says.hang_up:
                return
            length = len(says.body) if says.length is None else says.length
            lines = [f"HTTP/1.1 {says.status}", f"Content-Type: {says.kind}", "Connection: close"]
            if length >= 0:
                lines.append(f"Content-Length: {length}")
            lines += [f"{name}: {text}" for name, text in says.headers.items()]
            line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            for at in range(0, len(says.body), says.piece):
                line.sendall(says.body[at : at + says.piece])
                if says.pause:
                    time.sleep(says.pause)
                if self._ends.is_set():
                    return


def _read(line: socket.socket) -> Asked | None:
    came = b""
    while b"\r\n\r\n" not in came:
        more = line.recv(65536)
        if not more:
            return None
        came += more
    head, _gap, body = came.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ", 2)
    headers = {name.lower(): text.strip() for name, _colon, text in (row.partition(":") for row in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += line.recv(65536)
    return Asked(method, path, headers, body)
