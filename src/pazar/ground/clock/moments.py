"""The centre's clock: the database's own, in a demo or a sandbox moved by a stored amount."""

from datetime import datetime

from django.db import connection


def db_now() -> datetime:
    """The moment now by the database's clock (aware, UTC), as triggers and checks see it too.

    It goes on inside a transaction: take it after the locks are held, then decide.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pazar_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def horizon() -> datetime:
    """Where the clock is going: now, or the moment that a demo's clock is being walked to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(pazar_now(), (SELECT moving_to FROM clock_centre))")
        moment: datetime = cursor.fetchone()[0]
    return moment
