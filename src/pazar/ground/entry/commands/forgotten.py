"""Somebody forgot his password: the same answer whoever he is, and a mail if he is one of us."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.ground import sealing
from pazar.ground.entry import jobs
from pazar.ground.entry.commands import links
from pazar.ground.errors import Refusal
from pazar.ground.identity import queries
from pazar.ground.identity.commands import tries
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.messages.commands import writing
from pazar.ground.messages.commands.telling import Told

ASKED_FROM_PLACE = 20
ASKED_FOR_ADDRESS = 3
MANY_A_DAY = 10
"""Mails to one address in a day; then one an hour at most. A link lives for two: whoever needs one always has it."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class AskedTooOften(Refusal):
    code = "asked_too_often"
    status = 429
    what = _("Nothing was sent: this was asked too often from your network.")
    why = _("We let a quarter of an hour pass, to stop those who try addresses one after the other.")
    remedy = _("Wait {minutes} minutes, then ask again.")


def ask_link(*, place: str, email: str) -> None:
    """Have a link sent to `email` if somebody here has it (A4). Raises AskedTooOften, by place alone.

    Nothing in the answer, nor in the time it takes, tells whether somebody has it: a job looks.
    """
    if tries.count("forgotten from", place) > ASKED_FROM_PLACE:
        raise AskedTooOften(minutes=int(tries.WINDOW.total_seconds() // 60))
    sealed = sealing.seal_text(email.strip().lower()[:254])
    jobs.send_link.defer(email=sealed)


def send_link(*, email: str) -> None:
    """The mail itself; the fourth within a quarter of an hour isn't sent, nor the second in an hour after many."""
    person = queries.person_by_email(email)
    if tries.count("forgotten for", email) > ASKED_FOR_ADDRESS or person is None or not person.is_active:
        return
    lately = tries.count("mailed for", email, window=HOUR)
    if tries.count("mailed for, a day", email, window=DAY) > MANY_A_DAY and lately > 1:
        return
    with transaction.atomic():
        link = links.make_link(actor=NOBODY, person_id=person.pk, lasts=links.FORGOTTEN)

        def render(_language: str) -> Told:
            return Told(
                title=said("Set a new password"),
                text=said(
                    "Somebody, we think you, asked for a new password on {centre}. Your user name is {email}.\n\n"
                    "The link below works once, for two hours. Until you use it, your password stays as it is."
                ).format(centre=settings.CENTRE_NAME, email=person.email),
            )

        writing.write(address=person.email, language=person.language, path=link.path, render=render)
