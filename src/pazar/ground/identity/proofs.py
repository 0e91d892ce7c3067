"""What a session knows of how its person got in: by a second factor or not, and when he last showed that it is he.

Kept in the session itself, so that it ends with it. The true time, not the centre's: a demo's clock may be moved.
"""

import time

from django.http import HttpRequest

FACTOR_KEY = "second_factor"
PROVED_KEY = "proved_at"
SITTING_KEY = "sitting"
EXEMPT = "demo"
"""In place of a factor: somebody a demo's visitor became by a click, which no secret guards anyhow."""
GOOD_FOR_SECONDS = 600


def has_factor(request: HttpRequest) -> bool:
    return bool(request.session.get(FACTOR_KEY))


def is_exempt(request: HttpRequest) -> bool:
    return request.session.get(FACTOR_KEY) == EXEMPT


def is_fresh(request: HttpRequest) -> bool:
    """Whether he showed within the last minutes that it is he: enough for what can't be undone."""
    proved = request.session.get(PROVED_KEY)
    recent = isinstance(proved, int | float) and 0 <= time.time() - proved < GOOD_FOR_SECONDS
    return recent or is_exempt(request)


def note(request: HttpRequest, *, factor: str = "") -> None:
    """He showed it now; with `factor` by more than a password."""
    request.session[PROVED_KEY] = time.time()
    if factor:
        request.session[FACTOR_KEY] = factor
