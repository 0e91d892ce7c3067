"""How a change reads: units with quantities, money with its currency, moments in the reader's zone, both languages."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from pazar.market.procedures import labels, refusals
from pazar.market.procedures.rules import versions
from pazar.market.procedures.rules.facts import ItemFacts
from pazar.market.procedures.rules.regimes import Breach, Clause
from pazar.market.procedures.tests.factories import CABLE, FACTS, LOT

pytestmark = pytest.mark.django_db

KEPT = replace(CABLE, id=uuid4(), unit="H87")
BEFORE = replace(
    FACTS, closes_at=datetime(2031, 12, 1, 10, tzinfo=UTC), lots=(replace(LOT, id=uuid4(), items=(KEPT,)),)
)
AFTER = replace(
    BEFORE,
    closes_at=datetime(2031, 12, 2, 22, 30, tzinfo=UTC),
    vat_included=True,
    lots=(
        replace(
            BEFORE.lots[0],
            value_amount=Decimal("41000.50"),
            items=(
                replace(KEPT, quantity=Decimal("1600.5"), unit="C62", cpv="44321000"),
                ItemFacts(id=uuid4(), description="Муфта", quantity=Decimal(20), unit="SET"),
            ),
        ),
    ),
)


@pytest.mark.parametrize(
    ("language", "zone", "expected"),
    [
        (
            "en",
            "Europe/London",
            {
                "Prices with VAT": ("without VAT", "with VAT"),
                "End of the tender period": ("1 Dec 2031 10:00 GMT", "2 Dec 2031 22:30 GMT"),
                "Lot 1: Estimated value": ("40 000.00 EUR", "41 000.50 EUR"),
                "Lot 1, item 1: Quantity": ("500 pcs", "1 600.5 pieces"),
                "Lot 1, item 1: Unit": ("pcs", "pieces"),
                "Lot 1, item 1: Category": ("Electricity power lines", "Cable"),
                "Lot 1, item 2: Items": ("", "Муфта, 20 sets"),
            },
        ),
        (
            "bg",
            "Europe/Sofia",
            {
                "Цени с ДДС": ("без ДДС", "с ДДС"),
                "Краен срок за оферти": ("1 дек 2031 г. 12:00 ч. EET", "3 дек 2031 г. 00:30 ч. EET"),
                "Позиция 1: Прогнозна стойност": ("40 000,00 €", "41 000,50 €"),
                "Позиция 1, артикул 1: Количество": ("500 бр.", "1 600,5 броя"),
                "Позиция 1, артикул 1: Мярка": ("бр.", "броя"),
                "Позиция 1, артикул 1: Категория": ("Електрически линии", "Кабел"),
                "Позиция 1, артикул 2: Артикули": ("", "Муфта, 20 к-та"),
            },
        ),
    ],
)
def test_each_change_reads_in_the_readers_language_and_zone(language, zone, expected):
    changes = versions.diff(versions.content(BEFORE), versions.content(AFTER))
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        said = [labels.said(change, currency="EUR") for change in changes]
    shown = {line.label: (plain(line.old), plain(line.new)) for line in said}
    assert shown == expected


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("language", ["en", "bg"])
def test_every_field_of_a_version_has_a_name(language):
    written = versions.content(AFTER)
    lot, item = written["lots"][0], written["lots"][0]["items"][0]
    named = [*written, *(f"lots.{name}" for name in lot), *(f"lots.items.{name}" for name in item)]
    with translation.override(language):
        for name in named:
            assert name.endswith("id") or str(labels.FIELDS[name])


def test_a_clause_that_was_not_compared_is_shown_so():
    unsure = Clause(en="Act, 1", bg="Закон, т. 1", source="https://example.org/act")
    breach = Breach(rule="kind_not_allowed", field="kind", clause=unsure)
    with translation.override("en"):
        assert refusals.said(breach).clause == "Act, 1 (not compared with the law's text yet)"
        sure = replace(unsure, verified=date(2026, 11, 23), verified_with="the act")
        assert refusals.said(replace(breach, clause=sure)).clause == "Act, 1"
