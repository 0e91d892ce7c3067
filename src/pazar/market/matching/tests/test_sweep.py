from datetime import timedelta

import pytest
from django.db.models.functions import Now
from tests.factories import make_actor, make_company

from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Message
from pazar.market.matching.commands import match, requests, sweep
from pazar.market.matching.models import Interest, Match, MatchRequest
from pazar.market.matching.rules.interests import InterestFacts
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests.factories import make_interest, store_interest, store_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer():
    return make_company()


def settled() -> None:
    Interest.objects.update(changed_at=Now() - timedelta(hours=1))


def test_what_agrees_is_left_alone(buyer):
    make_interest(make_actor(Role.OWNER))
    drain()
    settled()
    match.match_procedure(procedure_id=store_procedure(LotFacts(cpv=("31321000",), buyer_id=buyer.pk)).pk)
    found = sweep.sweep()
    assert (found.procedures, found.expected, found.missing, found.extra) == (1, 1, 0, 0)
    assert Match.objects.count() == 1


def test_what_is_missing_is_found_and_told(buyer):
    make_interest(make_actor(Role.OWNER))
    drain()
    settled()
    procedure = store_procedure(LotFacts(cpv=("31321000",), buyer_id=buyer.pk))
    found = sweep.sweep()
    assert (found.expected, found.missing, found.extra) == (1, 1, 0)
    assert found.examples[0]["procedure"] == str(procedure.pk)
    drain()
    assert (Match.objects.count(), Message.objects.count()) == (1, 1)
    assert sweep.sweep().missing == 0


def test_what_fits_no_more_is_taken_out_unless_somebody_put_it_away(buyer):
    interest = make_interest(make_actor(Role.OWNER))
    drain()
    kept, gone = (store_procedure(LotFacts(cpv=("31321000",), buyer_id=buyer.pk)) for _n in range(2))
    match.match_procedures(procedure_ids=[kept.pk, gone.pk])
    Match.objects.filter(procedure=kept).update(dismissed_at=Now())
    Interest.objects.filter(pk=interest.pk).update(cpv=["45000000"], changed_at=Now() - timedelta(hours=1))
    found = sweep.sweep()
    assert (found.expected, found.missing, found.extra) == (0, 0, 1)
    assert list(Match.objects.values_list("procedure_id", flat=True)) == [kept.pk]


def test_what_still_waits_is_no_difference(buyer):
    store_interest(InterestFacts(company_id=make_company().pk, cpv=("31300000",)))
    waiting = store_procedure(LotFacts(cpv=("31321000",), buyer_id=buyer.pk))
    requests.ask(procedure_ids=[waiting.pk])
    assert sweep.sweep().procedures == 0
    MatchRequest.objects.update(finished_at=Now())
    assert sweep.sweep().missing == 0, "the interest was changed a moment ago"
    settled()
    assert sweep.sweep().missing == 1
