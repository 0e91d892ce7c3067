"""One parameter for thousands of values finds what a parameter for each does."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import make_company

from pazar.ground.identity.models import Company
from pazar.ground.ids import new_id
from pazar.ground.postgres.arrays import one_of

pytestmark = pytest.mark.django_db


def test_it_finds_what_in_finds():
    ids = [make_company().pk for _n in range(4)]
    for wanted in ([], ids[:1], ids, [new_id(), *ids[2:]], [new_id()]):
        found = set(Company.objects.filter(one_of("pk", wanted)))
        assert found == set(Company.objects.filter(pk__in=wanted))
    names = list(Company.objects.filter(pk__in=ids).values_list("name", flat=True))
    assert set(Company.objects.filter(one_of("name", names), pk__in=ids)) == set(Company.objects.filter(pk__in=ids))


def test_it_is_one_parameter_and_may_be_excluded():
    ids = [make_company().pk for _n in range(3)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert Company.objects.filter(pk__in=ids).exclude(one_of("pk", ids[:2])).get().pk == ids[2]
    assert "= ANY(" in queries.captured_queries[0]["sql"]
