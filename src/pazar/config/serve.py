"""Web and worker in one process (a laptop), or each alone (the nodes of a country); the matcher in its own."""

import asyncio
import logging
import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
import uvloop

from pazar.config import proxies
from pazar.ground.console import Trouble

log = logging.getLogger(__name__)


def free_socket(host: str, wanted: int, *, exactly: bool) -> socket.socket:
    """A socket listening on `wanted` or, unless `exactly`, on the next free port. Raises Trouble."""
    for port in range(wanted, wanted + (1 if exactly else 50)):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(2048)
        except OSError:
            listener.close()
            continue
        return listener
    raise Trouble(
        f"No port could be opened at {host}:{wanted}.\nAnother program listens there, or it may not be opened.\n"
        "Name another one with --port or PORT=."
    )


def web_and_worker(
    listener: socket.socket,
    *,
    web: bool,
    worker: bool,
    matcher: bool = False,
    ready: Callable[[], None] = lambda: None,
    stopping: Callable[[], None] = lambda: None,
) -> None:
    """Serve until Ctrl-C or SIGTERM; requests and jobs under way are finished. `stopping` is called when it begins.

    Raises Trouble where anybody would be believed about whose address he forwards.
    """
    if web and proxies.trusts_everybody():
        raise Trouble(proxies.TRUSTS_EVERYBODY)
    # WhiteNoise's answers are files read in blocks: Django says on each start that it collects such an iterator.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    uvloop.run(_run(listener, web=web, worker=worker, matcher=matcher, ready=ready, told=stopping))


async def _run(
    listener: socket.socket,
    *,
    web: bool,
    worker: bool,
    matcher: bool,
    ready: Callable[[], None],
    told: Callable[[], None],
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    tasks: list[asyncio.Task[None]] = []
    if worker:
        from pazar.ground.jobs import worker as worker_module

        tasks.append(asyncio.create_task(worker_module.run(stop)))
    if web:
        tasks.append(asyncio.create_task(_web(listener, stop, ready)))
    else:
        ready()
    if matcher:
        tasks.append(asyncio.create_task(_matcher(stop)))
    stopping = asyncio.create_task(stop.wait())
    # One part that ends by itself (a port lost, a database gone for good) ends the others too.
    await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    told()
    await asyncio.gather(*tasks)


async def _matcher(stop: asyncio.Event) -> None:
    """Keep a matcher running beside; one that dies is started again, and the oracle matches in the meantime."""
    stopping = asyncio.create_task(stop.wait())
    pause = 1.0
    while not stop.is_set():
        begun = asyncio.get_running_loop().time()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pazar", "matcher", env={**os.environ, "PAZAR_PARENT": str(os.getpid())}
        )
        ending = asyncio.create_task(process.wait())
        await asyncio.wait({ending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            process.terminate()
            try:
                await asyncio.wait_for(ending, 5)
            except TimeoutError:
                process.kill()
                await process.wait()
            return
        log.error("the matcher ended and is started again", extra={"status": process.returncode})
        pause = 1.0 if asyncio.get_running_loop().time() - begun > 60 else min(pause * 2, 60.0)
        await asyncio.wait({stopping}, timeout=pause)
    stopping.cancel()


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handlers, which would raise the signal again and cut the worker short."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _web(listener: socket.socket, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    server = _Server(
        uvicorn.Config(
            "pazar.config.asgi:application",
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=10,
            server_header=False,
            proxy_headers=True,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    ready()
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    from pazar.ground.messages import live

    live.hub.close()  # open streams would keep the server from stopping
    server.should_exit = True
    await serving
