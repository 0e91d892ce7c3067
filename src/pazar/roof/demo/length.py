"""How long the story is: a demo's clock begins so far back, and ends today."""

from datetime import timedelta

LENGTH = timedelta(days=45)
