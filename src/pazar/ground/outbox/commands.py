"""Publish an event with the jobs it causes; react to one, once per handler."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.outbox import wire
from pazar.ground.outbox.models import Event, Handled

Handler = Callable[[Any], None]

_kinds: dict[str, type] = {}
_later: dict[type, tuple[str, ...]] = {}
_at_once: dict[type, tuple[Handler, ...]] = {}
_handlers: dict[str, Handler] = {}

# Six tries over about ten minutes; then the job stands in the operator's list.
RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


def connect(kind: type, *, later: Sequence[Handler], at_once: Sequence[Handler] = ()) -> None:
    """Name the listeners of one kind of event. Called by `roof.wiring` alone, once per kind.

    Those named first go first, also before the later ones of other events: when a publication comes by many events,
    all suppliers are told before the first desk is filled.
    """
    _kinds[kind.__name__] = kind
    _later[kind] = tuple(_name(handler) for handler in later)
    _at_once[kind] = tuple(at_once)
    _handlers.update({_name(handler): handler for handler in later})


def publish(event: Any) -> None:
    """Store `event` and its jobs in the caller's transaction: all of them are there, or none.

    Listeners wired *at once* run here, in this transaction and as its actor; they must be quick and refuse nothing.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs to the transaction of its act")
    kind = type(event)
    if kind not in _later:
        raise LookupError(f"{kind.__name__} isn't wired: name it in roof/wiring.py")
    stored = Event.objects.create(kind=kind.__name__, content=wire.dump(event), published_at=clock.db_now())
    for handler in _at_once[kind]:
        handler(event)
    for place, name in enumerate(_later[kind]):
        react.configure(priority=-place).defer(event_id=stored.pk, handler=name)


@app.task(name="outbox.react", retry=RETRY, pass_context=False)
def react(event_id: int, handler: str) -> None:
    """Let one handler deal with one event, as the centre. A second call finds it done and does nothing."""
    event = Event.objects.get(pk=event_id)
    with transaction.atomic(), acting(CENTRE):
        _done, made = Handled.objects.get_or_create(
            event=event, handler=handler, defaults={"handled_at": clock.db_now()}
        )
        if made:
            _handlers[handler](wire.load(_kinds[event.kind], event.content))


def kind(name: str) -> type:
    """The event of that name. Raises LookupError."""
    if name not in _kinds:
        raise LookupError(f"no event is called {name!r}")
    return _kinds[name]


def _name(handler: Handler) -> str:
    return f"{handler.__module__.removeprefix('pazar.')}.{handler.__qualname__}"
