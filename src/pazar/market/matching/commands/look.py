"""A person looks at his company's matches: from then on they aren't new to him."""

from datetime import datetime, timedelta

from django.db import connection

from pazar.ground.identity.rules.actor import Actor

VISIT = timedelta(minutes=30)
"""Pages opened within it of each other are one visit: what was new stays new while it lasts."""


def note_look(*, actor: Actor) -> datetime | None:
    """Note that `actor` looks now; the end of his visit before this one, none if this is his first.

    A note for comfort, not an act: it isn't recorded in the journal.
    """
    if actor.person_id is None or actor.company_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO matching_look AS l (person_id, company_id, looked_at)
            VALUES (%(person)s, %(company)s, pazar_now())
            ON CONFLICT (person_id, company_id) DO UPDATE SET
              before_at = CASE WHEN l.looked_at < excluded.looked_at - make_interval(secs => %(visit)s)
                               THEN l.looked_at ELSE l.before_at END,
              looked_at = greatest(l.looked_at, excluded.looked_at)
            RETURNING before_at
            """,
            {"person": actor.person_id, "company": actor.company_id, "visit": VISIT.total_seconds()},
        )
        found: tuple[datetime | None] = cursor.fetchone()
        return found[0]
