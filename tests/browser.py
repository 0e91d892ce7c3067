"""A real browser for tests: Chromium through Playwright, over a live server with the test's database.

`open_page(path, …)` opens a page at a width, in a theme and a language, logged in as somebody or as nobody; what the
browser's console complains of (a broken script, a breach of the policy) fails the test at its end. `look(page, name)`
keeps a picture where PAZAR_LOOKS names a folder. `assert_accessible(page)` runs axe.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright, sync_playwright

# Playwright's synchronous face runs a loop in this thread, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

DESK, PHONE = 1440, 390
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class OpenPage(Protocol):
    def __call__(
        self,
        path: str = "/",
        *,
        width: int = DESK,
        theme: str = "light",
        language: str = "en",
        person: Any = None,
        script: bool = True,
    ) -> Page: ...


def look(page: Page, name: str) -> None:
    """Keep a picture of the page, if this run keeps pictures."""
    folder = os.environ.get("PAZAR_LOOKS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def assert_accessible(page: Page) -> None:
    """Axe finds nothing."""
    found = Axe().run(page).response["violations"]
    told = [
        f"{fault['id']}: {fault['help']}\n" + "\n".join(f"    {node['html'][:160]}" for node in fault["nodes"])
        for fault in found
    ]
    assert not told, f"{page.url}\n" + "\n".join(told)


def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert page.viewport_size is not None
    assert wide <= page.viewport_size["width"], f"{page.url} is {wide} px wide"


def _launch(playwright: Playwright) -> Browser:
    found = os.environ.get("PAZAR_CHROMIUM") or next((p for n in NAMES if (p := shutil.which(n))), None)
    return playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run: the machine's, else Playwright's own."""
    with sync_playwright() as playwright:
        try:
            launched = _launch(playwright)
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no Chromium: {error.message.splitlines()[0]}")
        yield launched
        launched.close()


def _log_in(context: BrowserContext, url: str, person: Any) -> None:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[OpenPage]:
    """Opens pages; a complaint of the console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # A page that answers 404 or 409 on purpose is for the test to judge.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def opened(
        path: str = "/",
        *,
        width: int = DESK,
        theme: str = "light",
        language: str = "en",
        person: Any = None,
        script: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 844 if width < 600 else 900},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        host = urlsplit(live_server.url).hostname or "localhost"
        context.add_cookies([{"name": "django_language", "value": language, "domain": host, "path": "/"}])
        if person is not None:
            _log_in(context, live_server.url, person)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)
