"""Every line of the log bears the id of the request it belongs to, and none what was sent in it."""

import logging
import traceback
from contextvars import ContextVar
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")

# Messages of these speak of our code; others may quote what was typed ("Key (email)=(…)", "invalid decimal …").
SPEAKABLE = (TypeError, AttributeError, NameError, ImportError, RuntimeError, LookupError, NotImplementedError)


class RequestFilter(logging.Filter):
    """Adds the request's id; takes the address out of what Django tells of requests, since it can hold a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = record.__dict__.pop("request", None)
        record.request_id = request_id.get() or getattr(request, "request_id", "")
        if record.name.startswith(("django.request", "django.security", "django.server")):
            record.msg, record.args = f"{record.name} {getattr(record, 'status_code', '')}".strip(), ()
        return True


class Formatter(JsonFormatter):
    """JSON lines; of an exception its kind and its way through the code, never the values it quotes."""

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        error: BaseException | None = ei[1]
        parts: list[str] = []
        while error is not None and len(parts) < 5:
            way = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"{way}{_told(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\nafter:\n".join(parts)


def _told(error: BaseException) -> str:
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    diagnosis = getattr(error, "diag", None)
    if diagnosis is not None:
        facts = (diagnosis.sqlstate, diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name)
        return f"{name} {' '.join(fact for fact in facts if fact)}".strip()
    if isinstance(error, SPEAKABLE) and not isinstance(error, UnicodeError):
        return f"{name}: {error}"
    return name
