"""A page under the strict policy that has the seal's modules, and a Chromium that looks at it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[6]
VENDOR = ROOT / "build" / "vendor"
STATIC = Path(__file__).parents[2] / "static" / "bids"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"
PAGE = """<!doctype html><meta charset="utf-8"><title>Seal</title>
<script type="module" src="/harness.js"></script>
<script>window.inlineScriptsRun = true</script>
"""
HARNESS = """
import * as octets from "/bids/octets.js";
import * as canonical from "/bids/canonical.js";
import * as seal from "/bids/seal.js";
import * as personalKey from "/bids/personal-key.js";
const bytes = (text) => octets.octets(text, "argument", text.length / 2);
Object.assign(window, { ...octets, ...canonical, ...seal, ...personalKey, bytes });
window.refusalOf = async (call) => {
  try { await call(); } catch (error) { return [error.name, error.code, error.subject]; }
  return null;
};
window.ready = true;
"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, body = self._answer()
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> tuple[str, bytes]:
        script = "text/javascript; charset=utf-8"
        folder, _, name = self.path.strip("/").partition("/")
        if self.path == "/":
            return "text/html; charset=utf-8", PAGE.encode()
        if self.path == "/harness.js":
            return script, HARNESS.encode()
        path = {"bids": STATIC, "vendor": VENDOR}.get(folder, STATIC) / Path(name).name
        return (script, path.read_bytes()) if path.suffix == ".js" and path.exists() else ("", b"")

    def log_message(self, *_: Any) -> None:
        pass


def chromium() -> str | None:
    """The browser to drive, or None where there's none."""
    return os.environ.get("PAZAR_CHROMIUM") or shutil.which("chromium")


@contextmanager
def page() -> Iterator[Page]:
    """The page, its modules loaded."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            opened = browser.new_page()
            opened.goto(f"http://127.0.0.1:{server.server_port}/")
            opened.wait_for_function("window.ready")
            yield opened
            browser.close()
    finally:
        server.shutdown()
        server.server_close()
