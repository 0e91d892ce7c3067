"""The ASGI application: Django, and before it what answers as bare ASGI, since it holds many connections open."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pazar.config.settings")
_django = get_asgi_application()

from pazar.ground.messages import live  # noqa: E402 - needs Django set up


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["path"] == live.PATH:
        await live.application(scope, receive, send)
    else:
        await _django(scope, receive, send)
