"""A signing agent for tests: the protocol of docs/signatures.md on loopback, with a key of the test world."""

import base64
import http.server
import json
import threading
from collections.abc import Callable
from typing import Self


class Agent:
    """Answers on a free port until the block ends; allows every centre's address."""

    def __init__(self, sign: Callable[[bytes], bytes]) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def _head(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", ""))
                self.send_header("Access-Control-Allow-Headers", "Content-Type")
                self.send_header("Access-Control-Allow-Private-Network", "true")
                self.send_header("Content-Type", "application/json")
                self.end_headers()

            def do_OPTIONS(self) -> None:
                self._head(204)

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                signature = sign(base64.b64decode(asked["content"]))
                self._head(200)
                answer = {"format": asked["format"], "signature": base64.b64encode(signature).decode()}
                self.wfile.write(json.dumps(answer).encode())

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
