"""So many dear questions a minute for one who asks, counted in this process alone.

Not a guard against an attack, which belongs before the centre: it keeps one script from taking the processor from
everybody. A centre of several processes allows so many in each.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal

_MOST_KEPT = 10_000


class AskedTooOften(Refusal):
    """More questions in a minute than anybody types."""

    code = "asked_too_often"
    status = 429
    what = _("You ask more often than the centre answers.")
    why = _("A suggestion takes some work; each of us gets {many} a minute.")
    remedy = _("Wait a moment and ask again.")


class Limit:
    """A bucket of `many` questions for each key, filled again within a minute."""

    def __init__(self, many: int, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._many = many
        self._seconds = seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str) -> None:
        """Raises AskedTooOften."""
        moment = self._seconds()
        with self._lock:
            left, asked_at = self._left.pop(key, (float(self._many), moment))
            left = min(float(self._many), left + (moment - asked_at) * self._many / 60)
            self._left[key] = (max(left - 1, 0.0) if left >= 1 else left, moment)
            while len(self._left) > _MOST_KEPT:
                self._left.popitem(last=False)
        if left < 1:
            raise AskedTooOften(many=self._many)


def asker(request: HttpRequest) -> str:
    """Whom a limit counts: the person, or the address of a visitor."""
    person = getattr(getattr(request, "actor", None), "person_id", None)
    return str(person or request.META.get("REMOTE_ADDR", ""))


SUGGESTIONS = Limit(60)
