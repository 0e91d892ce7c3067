"""Send together what waited for its hour."""

from uuid import UUID

from django.db import transaction

from pazar.ground import clock
from pazar.ground.identity.models import Person
from pazar.ground.messages import delivery, kinds, letters
from pazar.ground.messages.models import Held, Mail
from pazar.ground.messages.rules.hours import Pace

PEOPLE = 200
MOST = 100
"""Items in one mail; what is left over comes in the next."""


def send_due(*, people: int = PEOPLE) -> int:
    """Write the digests that are due; how many people got one or needed none."""
    moment = clock.db_now()
    due = Held.objects.filter(is_over=False, due_at__lte=moment)
    waiting = list(due.order_by("due_at").values_list("person_id", flat=True)[: people * 5])
    for person_id in list(dict.fromkeys(waiting))[:people]:
        send_held(person_id=person_id)
    return len(waiting)


def send_held(*, person_id: UUID) -> Mail | None:
    """One mail with everything that is due for a person; None if nothing is, or he has seen it all by now.

    Mail and marks are one transaction, and whoever comes second waits for the rows and finds them done: no item
    stands in two mails, whatever breaks and however many work.
    """
    with transaction.atomic():
        person = Person.objects.filter(pk=person_id).first()
        due = Held.objects.select_for_update(of=("self",)).filter(person_id=person_id, is_over=False)
        moment = clock.db_now()
        rows = list(due.filter(due_at__lte=moment).select_related("message").order_by("message_id")[:MOST])
        if not rows or person is None:
            return None

        wanted = delivery.of([person_id], moment)[person_id]
        told: list[Held] = []
        items: list[letters.Item] = []
        for row in rows:
            kind = kinds.find(row.message.kind)
            row.is_over = True
            # Muted since, or read on the centre since: then a mail would only repeat it.
            if kind is None or not person.is_active or row.message.read_at or wanted.pace(kind) is Pace.NEVER:
                continue
            told.append(row)
            items.append(letters.Item(kind=kind, title=row.message.title, text=row.message.text, path=row.message.path))
        mail = letters.Writer(moment).digest(person=person, items=items) if items and person.email else None
        if mail is not None:
            mail.save(force_insert=True)
            for row in told:
                row.mail = mail
        Held.objects.bulk_update(rows, ["is_over", "mail"])
        return mail
