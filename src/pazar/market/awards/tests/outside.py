"""Awards that others published, as the tests of lists want them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from pazar.ground import words
from pazar.ground.identity.models import Company
from pazar.market.awards.commands.listing import list_again
from pazar.market.procedures.models import Item, Lot, Procedure, PublishedAward

_numbers = count(1)


def put_award(
    title: str,
    winners: list[str],
    *,
    amount: str | None = "1000",
    currency: str = "EUR",
    decided: date | None = date(2026, 5, 6),
    published: date = date(2026, 4, 1),
    buyer: str = "Община",
    company: Company | None = None,
    buyer_company: Company | None = None,
    cpv: str = "30197630",
    region: str = "BG332",
    lot: str = "1",
    lots: list[str] | None = None,
    items: list[str] | None = None,
    item_cpv: str = "",
) -> PublishedAward:
    """Of an outside procedure of one lot, or of `lots`; listed."""
    number = next(_numbers)
    procedure = Procedure.objects.create(
        origin="outside",
        state="awarded",
        title=title,
        language="bg",
        reference=f"R-{number}",
        buyer_name=buyer,
        buyer=buyer_company,
        buyer_lemmas=words.lemmas(buyer),
        source="test",
        source_id=str(number),
        currency=currency,
        source_published_on=published,
        published_at=datetime(published.year, published.month, published.day, tzinfo=UTC),
        cpv=[cpv],
        regions=[region],
    )
    for place, name in enumerate(lots or [""]):
        made = Lot.objects.create(
            procedure=procedure,
            number=str(place + 1),
            position=place,
            title=name,
            cpv=[cpv],
            regions=[region],
            lemmas=words.lemmas(f"{name} {title}"),
        )
        for position, text in enumerate(items or []):
            Item.objects.create(lot=made, position=position, description=text, quantity=2, unit="H87", cpv=item_cpv)
    award = PublishedAward.objects.create(
        procedure=procedure,
        lot_number=lot,
        supplier=company,
        supplier_names=winners,
        amount=Decimal(amount) if amount else None,
        currency=currency if amount else "",
        awarded_on=decided,
        bids_received=3,
    )
    list_again([procedure.pk])
    return award
