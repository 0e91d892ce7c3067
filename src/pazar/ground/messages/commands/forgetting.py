"""Mails that are to leave nothing behind: to addresses of strangers who never answered."""

from collections.abc import Collection
from uuid import UUID

from pazar.ground.messages.models import Mail


def forget_mails(mail_ids: Collection[UUID]) -> int:
    """Delete these mails, sent or not, unless somebody here has got them; how many."""
    return Mail.objects.filter(pk__in=list(mail_ids), person=None).delete()[0]
