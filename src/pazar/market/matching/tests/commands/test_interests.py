from datetime import timedelta
from decimal import Decimal

import pytest
from tests.factories import make_actor, make_company

from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.ground.journal.models import Entry
from pazar.market.matching.commands import interests, match
from pazar.market.matching.commands.interests import Wanted
from pazar.market.matching.models import Interest, InterestVersion, Match
from pazar.market.matching.queries import oracle
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests.factories import make_interest, store_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def supplier():
    return make_actor(Role.TENDER_MANAGER)


def test_words_are_kept_as_typed_and_compared_by_lemma(supplier):
    found = make_interest(supplier, words_any="Кабели, кабел low-voltage и", words_none="Асфалт")
    assert found.words_any == ["Кабели", "low", "voltage"]
    assert found.lemmas_any == ["кабел", "low", "voltage"]
    assert found.lemmas_none == ["асфалт"]


def test_each_change_is_a_version_in_the_journal_and_saving_the_same_is_none(supplier):
    first = make_interest(supplier)
    change = Wanted(name="Cables", cpv=["31300000"], value_min=Decimal(1000))
    interests.save_interest(actor=supplier, interest_id=first.pk, wanted=change)
    interests.save_interest(actor=supplier, interest_id=first.pk, wanted=change)
    kept = InterestVersion.objects.filter(interest=first).order_by("number")
    assert [(row.number, row.content["value_min"]) for row in kept] == [(1, None), (2, "1000")]
    assert Entry.objects.filter(subject_id=first.pk).count() == 2


def test_all_faults_are_named_and_nothing_is_saved(supplier):
    with pytest.raises(Invalid) as refused:
        interests.save_interest(
            actor=supplier, wanted=Wanted(name="", value_min=Decimal(5), value_max=Decimal(1), kinds=["open_tender"])
        )
    assert set(refused.value.fields) == {"name", "cpv", "value_max"}
    assert not Interest.objects.exists()


def test_a_foreign_companys_interest_is_not_found(supplier):
    theirs = make_interest(supplier)
    stranger = make_actor(Role.OWNER)
    with pytest.raises(NotFound):
        interests.save_interest(actor=stranger, interest_id=theirs.pk, wanted=Wanted(name="Mine", cpv=["31300000"]))
    with pytest.raises(NotFound):
        interests.remove_interest(actor=stranger, interest_id=theirs.pk)
    assert Interest.objects.get().name == "Cables"


def test_a_reader_may_neither_make_nor_remove(supplier):
    from pazar.ground.identity.models import Company

    theirs = make_interest(supplier)
    reader = make_actor(Role.READER, company=Company.objects.get(pk=supplier.company_id))
    with pytest.raises(NotAllowed):
        make_interest(reader)
    with pytest.raises(NotAllowed):
        interests.remove_interest(actor=reader, interest_id=theirs.pk)


def test_a_removed_interest_is_gone_with_its_versions(supplier):
    interests.remove_interest(actor=supplier, interest_id=make_interest(supplier).pk)
    assert (Interest.objects.count(), InterestVersion.objects.count()) == (0, 0)


def test_the_first_page_of_a_saved_interest_is_there_at_once_and_the_rest_by_a_job(monkeypatch):

    monkeypatch.setattr(match, "FIRST_PAGE", 3)
    lot = LotFacts(cpv=("31321000",), buyer_id=make_company().pk)
    procedures = [store_procedure(lot, lot, closes_in=timedelta(days=9 - n)) for n in range(5)]
    interests.save_interest(actor=make_actor(Role.OWNER), wanted=Wanted(name="Cables", cpv=["31300000"]))
    assert set(Match.objects.values_list("procedure_id", flat=True)) == {p.pk for p in procedures[2:]}
    drain()
    assert Match.objects.count() == 10


def test_a_search_that_takes_too_long_is_left_to_the_job(monkeypatch):

    monkeypatch.setattr(match, "FIRST_PAGE_MS", 50)
    monkeypatch.setattr(oracle, "first_lots_of_interest", lambda *_a, **_k: oracle._rows("SELECT pg_sleep(1)", []))
    store_procedure(LotFacts(cpv=("31321000",), buyer_id=make_company().pk))
    interests.save_interest(actor=make_actor(Role.OWNER), wanted=Wanted(name="Cables", cpv=["31300000"]))
    assert not Match.objects.exists()
    drain()
    assert Match.objects.count() == 1
