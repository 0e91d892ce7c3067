"""What lists of awards and items read follows its procedures (J4)."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories import make_company

from pazar.ground.jobs.drain import drain
from pazar.market.awards.commands.listing import list_again
from pazar.market.awards.models import ListedAward, ListedItem
from pazar.market.awards.tests.factories import make_opened
from pazar.market.awards.tests.outside import put_award
from pazar.market.procedures.models import Lot, Procedure, PublishedAward
from pazar.market.procedures.tests.factories import make_draft, make_procedure


@pytest.mark.django_db(transaction=True)
def test_a_procedure_of_our_own_is_listed_from_its_publication_to_its_award():
    case = make_opened("12", "11")
    drain()
    item = ListedItem.objects.get()
    assert (item.title, item.quantity, item.is_open, item.amount) == ("Кабел NYM-J 3x2,5", 500, False, None)
    assert {"wкабел", "c31321", "rBG411", "oown"} <= set(item.terms)
    assert not ListedAward.objects.exists()

    case.award()
    drain()

    award = ListedAward.objects.get()
    winner = case.bidders[1]
    assert (award.winner_id, award.winner_names) == (winner.company_id, [winner.company_name])
    assert (award.amount, award.currency, award.bids_received) == (Decimal("5500"), "EUR", 2)
    assert award.decided_on == award.listed_on
    assert {"wкабел", f"s{winner.company_id}", f"b{case.buyer.company_id}", "a1"} <= set(award.terms)
    item.refresh_from_db()
    assert (item.amount, item.unit_price) == (Decimal("5500"), Decimal("11"))
    assert "a1" in item.terms


@pytest.mark.django_db
def test_a_draft_is_in_no_list():
    draft = make_draft()
    published = make_procedure()
    list_again([draft.pk, published.pk])
    assert set(ListedItem.objects.values_list("procedure_id", flat=True)) == {published.pk}


@pytest.mark.django_db
def test_listing_again_changes_nothing():
    award = put_award("Доставка на хартия", ["Хартия ООД"], amount="100")
    before = list(ListedAward.objects.order_by("id").values())
    list_again([award.procedure_id, award.procedure_id])
    assert list(ListedAward.objects.order_by("id").values()) == before != []


@pytest.mark.django_db
def test_an_award_without_a_day_stands_at_its_publication_and_says_that_none_is_known():
    award = put_award("Доставка на хартия", ["Хартия ООД"], decided=None, published=date(2025, 3, 4))
    row = ListedAward.objects.get(pk=award.pk)
    assert (row.decided_on, row.listed_on) == (None, date(2025, 3, 4))


@pytest.mark.django_db
def test_an_award_is_found_by_the_words_of_its_own_lot_alone():
    award = put_award("Канцеларски материали", ["Перо ООД"], lot="1", lots=["Хартия", "Тонери"])
    other = PublishedAward.objects.create(procedure_id=award.procedure_id, lot_number="2", supplier_names=["Тон АД"])
    list_again([award.procedure_id])
    terms = {row.pk: set(row.terms) for row in ListedAward.objects.all()}
    assert "wхартия" in terms[award.pk]
    assert "wтонер" not in terms[award.pk]
    assert "wтонер" in terms[other.pk]
    assert "wканцеларски" in terms[award.pk] or "wканцеларск" in terms[award.pk]


@pytest.mark.django_db
def test_of_a_consortium_none_is_the_winner_and_all_are_found():
    put_award("Строеж", ["Мост АД", "Път ООД"])
    row = ListedAward.objects.get()
    assert row.winner_id is None
    assert {"wмост", "wпът"} <= set(row.terms)


@pytest.mark.django_db
def test_a_lot_awarded_to_several_has_no_price_of_its_own():
    award = put_award("Рамково", ["А ЕООД"], amount="10", items=["Кабел"])
    assert ListedItem.objects.get().amount == Decimal("10")
    PublishedAward.objects.create(
        procedure_id=award.procedure_id,
        lot_number="1",
        supplier=make_company("Б ЕООД"),
        supplier_names=["Б ЕООД"],
        amount=Decimal("20"),
        currency="EUR",
    )
    list_again([award.procedure_id])
    assert ListedItem.objects.get().amount is None


@pytest.mark.django_db
def test_lots_and_procedures_that_go_take_their_lines_along():
    award = put_award("Строеж", ["Мост АД"], items=["Греда"])
    procedure = Procedure.objects.get(pk=award.procedure_id)
    assert ListedItem.objects.filter(procedure=procedure).exists()
    PublishedAward.objects.filter(procedure=procedure).delete()
    Lot.objects.filter(procedure=procedure).delete()
    procedure.delete()
    assert not ListedAward.objects.exists()
    assert not ListedItem.objects.exists()
