"""The centre's one clock: the database's, which a demo or a sandbox may move."""

from pazar.ground.clock.moments import db_now, horizon

__all__ = ["db_now", "horizon"]
