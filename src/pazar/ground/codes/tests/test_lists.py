"""The lists as they stand in the database after the migrations."""

import pytest
from django.db import DatabaseError, connection, transaction

from pazar.ground import words
from pazar.ground.codes.models import Cpv, Nuts, Unit
from pazar.ground.codes.rules import cpv, nuts

pytestmark = pytest.mark.django_db


def test_every_list_is_there() -> None:
    assert (Cpv.objects.count(), Nuts.objects.count(), Unit.objects.count()) == (9454, 2087, 245)


def test_every_category_stands_under_the_nearest_one_that_exists() -> None:
    rows = {row.code: row for row in Cpv.objects.all()}
    for code, row in rows.items():
        above = [other for other in cpv.ancestors(code) if other in rows]
        assert row.parent_id == (above[0] if above else None)
        assert (row.level == "division") == (row.parent_id is None)
        assert row.prefix == cpv.prefix(code)


def test_every_region_stands_under_the_one_a_sign_shorter() -> None:
    for row in Nuts.objects.all():
        assert row.parent_id == (row.code[:-1] if len(row.code) > 2 else None)
        assert row.level == nuts.level(row.code)


def test_stored_lemmas_are_those_a_search_would_make() -> None:
    """Fails when simplemma changes its mind: then a migration must load the lists again."""
    for row in Cpv.objects.filter(level__in=["division", "group"]):
        assert row.lemmas == words.lemmas(f"{row.label_bg} {row.label_en}")


def test_every_unit_has_its_names_and_no_name_twice() -> None:
    units = list(Unit.objects.all())
    assert all(unit.label_en and unit.label_bg for unit in units)
    for language in ("symbol_en", "symbol_bg"):
        signs = [getattr(unit, language) for unit in units]
        assert all(signs)
        assert len(set(signs)) == len(signs)
    for language in ("label_en", "label_bg"):
        names = [getattr(unit, language) for unit in units if unit.code not in {"ZP", "QB"}]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("table", ["codes_cpv", "codes_nuts", "codes_unit"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET label_en = 'x'", "INSERT INTO {} SELECT * FROM {}"])
def test_the_app_may_only_read(table: str, act: str) -> None:
    denied = pytest.raises(DatabaseError, match="permission denied")
    with denied, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table, table))
