"""Note a customer: the one the desk has, or a new one."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from pazar.ground import clock, journal
from pazar.ground.errors import Invalid
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.sales.customers import policies, queries
from pazar.sales.customers.commands import touches
from pazar.sales.customers.models import Account
from pazar.sales.customers.rules import likeness
from pazar.sales.customers.rules.touches import ACCOUNT_NOTED, ACCOUNT_RENAMED

_LOCK = 0x70616363  # one noter at a time in one desk: two handlers may bring the same new buyer in one second


def note_account(
    *,
    actor: Actor,
    company_id: UUID,
    name: str,
    country: str = "",
    number: str = "",
    town: str = "",
    found: str = "person",
    title: str = "",
    moment: datetime,
) -> Account:
    """The customer of `company_id`'s desk that these particulars mean, made if there is none (D3, D4).

    Runs in the caller's transaction and scope. `found` ("market" or "person") and `title`, of what brought it, stand
    in the time line's first entry. What was empty is filled in; what is known is never overwritten.
    """
    name = likeness.tidy(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, str(company_id)])
    same = Q(name__iexact=name) | (Q(country=country, number=number) if number else Q(pk=None))
    rows = {row.pk: row for row in Account.objects.filter(same, company_id=company_id).order_by("created_at", "id")}
    known = [likeness.Known(id=r.pk, name=r.name, country=r.country, number=r.number) for r in rows.values()]
    chosen = likeness.choose(known, name=name, country=country, number=number)
    if chosen is not None:
        account = rows[chosen]
        learnt = {f: v for f, v in (("country", country), ("number", number), ("town", town)) if v}
        new = {f: v for f, v in learnt.items() if not getattr(account, f)}
        if new:
            for field, value in new.items():
                setattr(account, field, value)
            account.save(update_fields=list(new))
        return account

    account = Account.objects.create(
        company_id=company_id, name=name, country=country, number=number, town=town, created_at=moment
    )
    facts = {"found": found, "title": title}
    touches.note_touch(actor=actor, account=account, kind=ACCOUNT_NOTED, facts=facts, moment=moment)
    journal.append("account.noted", actor=actor, subject=account, secret_key=queries.secret_of(company_id), found=found)
    return account


def add_account(*, actor: Actor, name: str, country: str = "", number: str = "", town: str = "") -> Account:
    """Enter a customer by hand; the one the desk has already, if these particulars mean it.

    Raises NotAllowed, Invalid.
    """
    with acting(actor):
        policies.require_desk(actor)
        assert actor.company_id is not None
        if not likeness.tidy(name):
            raise Invalid(fields={"name": _("Write the customer's name.")})
        return note_account(
            actor=actor,
            company_id=actor.company_id,
            name=name,
            country=country.strip().upper(),
            number=number.strip(),
            town=likeness.tidy(town),
            moment=clock.db_now(),
        )


def give_account(*, account: Account, manager_id: UUID) -> None:
    """Make somebody the personal manager of a customer who has none. Runs in the caller's transaction."""
    if account.manager_id is None:
        Account.objects.filter(pk=account.pk, manager=None).update(manager_id=manager_id)
        account.manager_id = manager_id


def note_renaming(*, country: str, number: str, before: str, after: str, moment: datetime) -> None:
    """A customer of any desk is called otherwise, as its register says; the time line keeps when. May be repeated.

    Runs in the centre's scope. A name that a desk chose itself stays.
    """
    if not number:
        return
    found = list(
        Account.objects.select_for_update().filter(
            country=country, number=number, name__in=[before, likeness.tidy(before)]
        )
    )
    facts = {"before": before, "after": after}
    touches.note_touches(
        [
            touches.Entry(company_id=one.company_id, account_id=one.pk, kind=ACCOUNT_RENAMED, facts=facts)
            for one in found
        ],
        moment=moment,
    )
    Account.objects.filter(pk__in=[one.pk for one in found]).update(name=likeness.tidy(after))
