import pytest

from pazar.ground import clock
from pazar.market.procedures import queries
from pazar.market.procedures.commands.words_again import words_again
from pazar.market.procedures.models import Listed, Lot
from pazar.market.procedures.queries import Wanted
from pazar.market.procedures.tests.factories import make_procedure


@pytest.mark.django_db
def test_words_of_before_are_made_again_and_lists_follow():
    procedure = make_procedure(title="Доставка на тонери")
    lot = Lot.objects.get(procedure=procedure)
    right = list(lot.lemmas)
    assert "тонер" in right
    Lot.objects.filter(pk=lot.pk).update(lemmas=["доставка", "тонери"])
    assert not Listed.objects.filter(procedure=procedure, terms__contains=["wтонер"]).exists()

    ids, changed = words_again()

    assert procedure.pk in ids
    assert changed == 1
    lot.refresh_from_db()
    assert lot.lemmas == right
    found = queries.list_page(Wanted(text="тонерите"), moment=clock.db_now())
    assert [row.pk for row in found.rows] == [procedure.pk]
    assert words_again()[1] == 0


@pytest.mark.django_db
def test_batches_go_by_id():
    made = sorted(make_procedure(title=title).pk for title in ("Одно", "Друго", "Трето"))
    first, _ = words_again(limit=2)
    second, _ = words_again(after=first[-1], limit=2)
    assert [*first, *second] == made
    assert words_again(after=second[-1]) == ([], 0)
