"""A journey runs over the very ASGI application that the centre runs, in a server of its own."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from django.test import modify_settings


class Served:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        # pytest-django switches these on around the test.
        self._live_server_modified_settings = modify_settings(ALLOWED_HOSTS={"append": "127.0.0.1"})


@pytest.fixture
def live_server(transactional_db: None, settings: Any) -> Iterator[Served]:
    """Takes the place of pytest-django's, which would serve WSGI."""
    from pazar.config.asgi import application

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    served = Served(listener.getsockname()[1])
    settings.BASE_URL = served.url
    server = uvicorn.Server(uvicorn.Config(application, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    limit = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive() and time.monotonic() < limit, "the server didn't start"
        time.sleep(0.05)
    yield served
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive(), "the server didn't stop"
