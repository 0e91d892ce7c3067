"""The index of look-alike names follows members, refusals and suspensions (A3)."""

from django.db import transaction

from pazar.ground.identity import queries as people
from pazar.market.companies.adapters import lookalikes
from pazar.market.companies.models import Application, KnownName
from pazar.market.companies.rules.applying import State

AT_ONCE = 1_000


def catch_up() -> int:
    """Add names that are new or changed, take away those that don't count any more; how many changed. Repeatable."""
    with transaction.atomic():
        return _members() + _refused()


def _members() -> int:
    source = KnownName.Source.MEMBER
    known = KnownName.objects.filter(source=source)
    members = people.members()
    new = list(members.exclude(pk__in=known.values("subject_id")).values_list("pk", "name")[:AT_ONCE])
    gone, _by = known.exclude(subject_id__in=members.values("pk")).delete()
    return lookalikes.keep(source=source, named=new) + gone


def _refused() -> int:
    source = KnownName.Source.REFUSED
    known = KnownName.objects.filter(source=source)
    refused = Application.objects.filter(state=State.REFUSED)  # as long as they are kept
    new = list(refused.exclude(pk__in=known.values("subject_id")).values_list("pk", "name")[:AT_ONCE])
    gone, _by = known.exclude(subject_id__in=refused.values("pk")).delete()
    return lookalikes.keep(source=source, named=new) + gone
