import pytest
from tests.factories import make_actor, make_company

from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.models import Company
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.market.matching.commands import match, narrow
from pazar.market.matching.commands.narrow import NothingToNarrow, narrow_interest
from pazar.market.matching.models import Match
from pazar.market.matching.queries import narrowings
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.rules.narrowing import Because
from pazar.market.matching.tests.factories import make_interest, store_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def supplier():
    return make_actor(Role.TENDER_MANAGER)


@pytest.fixture
def buyer():
    return make_company(name="Електромрежа Изток")


def cables(buyer, **said):
    found = store_procedure(
        LotFacts(buyer_id=buyer.pk, cpv=("31321000",), regions=("BG323",), lemmas=frozenset({"кабел"})),
        title="Доставка на кабели",
        **said,
    )
    match.match_procedure(procedure_id=found.pk)
    return found


def narrowed(supplier, procedure, interest, because, **said):
    return narrow_interest(
        actor=supplier,
        procedure_id=procedure.pk,
        interest_id=interest.pk,
        version=said.pop("version", 1),
        because=because,
        **said,
    )


def test_a_category_gives_way_to_its_siblings_of_the_real_list(supplier, buyer):
    interest = make_interest(supplier, cpv=["31300000"])
    procedure, other = cables(buyer), cables(buyer)
    changed = narrowed(supplier, procedure, interest, Because.CATEGORY)
    assert "31320000" not in changed.cpv
    assert "31340000" in changed.cpv
    assert changed.version == 2
    put_away = Match.objects.get(procedure=procedure)
    assert (put_away.dismissed_why, put_away.dismissed_at is not None) == ("We don't sell this", True)
    drain()
    assert not Match.objects.filter(procedure=other).exists(), "what the narrowed interest doesn't want goes too"


def test_nothing_more_of_a_buyer(supplier, buyer):
    interest = make_interest(supplier)
    first = cables(buyer)
    narrowed(supplier, first, interest, Because.BUYER)
    drain()
    second, of_another = cables(buyer), cables(make_company())
    assert not Match.objects.filter(procedure=second).exists()
    assert Match.objects.filter(procedure=of_another).exists()


def test_a_word_of_the_title_becomes_unwanted(supplier, buyer):
    interest = make_interest(supplier)
    procedure = cables(buyer)
    assert "кабели" in narrowings.title_words(narrowings.matched(supplier, procedure.pk))
    changed = narrowed(supplier, procedure, interest, Because.WORD, word="кабели")
    assert (changed.words_none, changed.lemmas_none) == (["кабели"], ["кабел"])


def test_an_interest_that_changed_since_or_a_reason_without_a_proposal_changes_nothing(supplier, buyer):
    interest = make_interest(supplier)
    procedure = cables(buyer)
    for because, version in ((Because.BUYER, 7), (Because.OTHER, 1), (Because.TOO_SMALL, 1)):
        with pytest.raises(NothingToNarrow):
            narrowed(supplier, procedure, interest, because, version=version)
    assert Match.objects.get().dismissed_at is None
    interest.refresh_from_db()
    assert interest.version == 1


def test_neither_strangers_nor_readers_narrow(supplier, buyer):
    interest = make_interest(supplier)
    procedure = cables(buyer)
    reader = make_actor(Role.READER, company=Company.objects.get(pk=supplier.company_id))
    with pytest.raises(NotAllowed):
        narrowed(reader, procedure, interest, Because.BUYER)
    with pytest.raises(NotFound):
        narrowed(make_actor(Role.OWNER), procedure, interest, Because.BUYER)


def test_every_reason_has_its_words():
    assert set(narrow.REASONS) == set(Because)
