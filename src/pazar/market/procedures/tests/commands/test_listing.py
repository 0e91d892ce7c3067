"""The slim table that lists read says what procedures and their lots say, whoever wrote them (J4)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.factories import make_company

from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.market.procedures import queries
from pazar.market.procedures.commands import cancel, states
from pazar.market.procedures.commands.import_notices import import_notices
from pazar.market.procedures.models import Listed, Lot, Procedure
from pazar.market.procedures.queries import Wanted
from pazar.market.procedures.tests.factories import make_buyer, make_draft, make_procedure

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parents[1] / "readers" / "samples"


def rows():
    return {row["procedure_id"]: row for row in Listed.objects.values()}


def assert_right():
    """Listing everything again changes nothing, and only drafts are missing."""
    before = rows()
    ids = list(Procedure.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT procedures_list_again(%s)", [ids])
    assert rows() == before
    assert set(before) == set(Procedure.objects.exclude(state="draft").values_list("pk", flat=True))


def test_an_import_lists_what_it_brings_and_what_it_changes():
    files = sorted(SAMPLES.glob("*.json"))
    import_notices(actor=CENTRE, paths=files)
    assert Listed.objects.count() > 3
    assert_right()
    some = Procedure.objects.exclude(state="draft").first()
    Lot.objects.filter(procedure=some).update(lemmas=["otherword"])
    assert "wotherword" in Listed.objects.get(pk=some.pk).terms
    assert_right()


def test_a_draft_is_in_no_list_and_a_procedure_follows_its_life():
    buyer = make_buyer()
    make_draft(buyer)
    procedure = make_procedure(buyer)
    assert set(rows()) == {procedure.pk}
    assert Listed.objects.get().is_open
    assert_right()
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="No money")
    assert not Listed.objects.get().is_open
    assert_right()


def test_a_step_taken_by_bids_is_seen_in_lists():
    procedure = make_procedure(make_buyer())
    states.close_procedure(queries.lock_procedure(procedure.pk), moment=clock.db_now())
    assert not Listed.objects.get().is_open
    assert_right()


def test_a_removed_procedure_is_in_no_list():
    import_notices(actor=CENTRE, paths=[SAMPLES / "ukraine_release.json"])
    outside = Procedure.objects.get()
    with connection.cursor() as cursor:
        for table in ("item", "lot"):
            where = "lot_id IN (SELECT id FROM procedures_lot)" if table == "item" else "true"
            cursor.execute(f"DELETE FROM procedures_{table} WHERE {where}")
        cursor.execute("SELECT count(*) FROM procedures_listed WHERE procedure_id = %s", [outside.pk])
        assert cursor.fetchone() == (1,)
        for table in ("sourcerelease", "publishedaward", "sourcekey"):
            cursor.execute(f"DELETE FROM procedures_{table}")
        cursor.execute("DELETE FROM procedures_procedure")
    assert rows() == {}


def test_a_count_says_where_it_stopped(monkeypatch):
    buyer = make_buyer()
    for _ in range(3):
        make_procedure(buyer)
    moment = clock.db_now()
    assert queries.count(Wanted(), moment=moment) == queries.Counted(number=3, more=False)
    monkeypatch.setattr(queries, "COUNTED", 2)
    assert queries.count(Wanted(), moment=moment) == queries.Counted(number=2, more=True)
    assert queries.count(Wanted(), moment=moment + timedelta(days=900)).number == 0


def test_a_procedure_is_found_by_its_buyers_name_beside_its_own_words_and_by_a_code():
    buyer = make_buyer(company=make_company("Община Горноречица"))
    procedure = make_procedure(buyer)
    code = procedure.lots.get().cpv[0]

    def found(text):
        return [row.pk for row in queries.open_list(buyer, Wanted(text=text), moment=clock.db_now()).rows]

    word = procedure.title.split()[-1]
    for text in ("общината горноречица", "Горноречица", f"{word} горноречица", code, f"{code[:2]}000000"):
        assert found(text) == [procedure.pk], text
    assert found("горноречица хеликоптер") == []
    assert found("99000000") == []
    assert_right()
