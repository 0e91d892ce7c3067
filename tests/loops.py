"""Coroutines in tests.

Playwright's synchronous interface keeps an event loop running in the main thread once a worker has had a browser test,
and `asyncio.run` refuses to start beside it: so coroutines run in a thread of their own.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, or its exception."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
