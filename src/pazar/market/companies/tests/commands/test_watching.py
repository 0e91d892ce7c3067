"""Registers are asked each night; what changed is told, and a new name confirmed once (A2)."""

import pytest
from tests.factories import actor_of, make_person

from pazar.ground import clock
from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.models import Company
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Message
from pazar.market.companies import queries
from pazar.market.companies.commands import watching
from pazar.market.companies.models import RegisterChange, Watch
from pazar.market.companies.rules.particulars import Status
from pazar.market.companies.tests.factories import LONG_AGO, NUMBER, known, make_here, make_moderator
from pazar.sales.customers.models import Account, Touch

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(register):
    company = make_here()
    watching.watch_members()
    night()
    return company


def night():
    """The next one: everybody's turn."""
    Watch.objects.update(next_at=LONG_AGO)
    return watching.watch_members()


def test_the_first_answer_is_what_later_ones_are_compared_with(here):
    seen = Watch.objects.get(company=here)
    assert (seen.register, seen.name, seen.status) == ("fake", "Помпи и тръби Тунджа ООД", "active")
    assert seen.next_at > seen.asked_at
    assert not RegisterChange.objects.exists()
    assert watching.watch_members() == 0


def test_an_outside_company_is_not_watched(register):
    make_here(standing=Company.Standing.OUTSIDE)
    watching.watch_members()
    assert not Watch.objects.exists()


def test_a_dissolved_member_is_told_to_company_and_moderators(here, register):
    owner, reader = make_person(here, Role.OWNER), make_person(here, Role.READER)
    moderator = make_moderator()
    register.entries[NUMBER] = known(status=Status.DISSOLVED, status_words="закрита партида")
    night()
    (change,) = RegisterChange.objects.all()
    assert (change.field, change.before, change.after, change.words) == (
        "status",
        "active",
        "dissolved",
        "закрита партида",
    )
    assert set(Message.objects.values_list("person_id", flat=True)) == {owner.pk, moderator.person_id}
    assert reader.pk != owner.pk
    night()
    assert RegisterChange.objects.count() == 1


def test_new_representatives_are_told(here, register):
    make_person(here, Role.OWNER)
    register.entries[NUMBER] = known(representatives=("Друг Човек",))
    night()
    assert RegisterChange.objects.get().after == "Друг Човек"


def test_a_silent_register_changes_nothing_and_is_asked_again_soon(here, register):
    register.down = True
    night()
    seen = Watch.objects.get()
    assert seen.name and seen.next_at == seen.asked_at + watching.watching.SOONER
    assert not RegisterChange.objects.exists()


class TestRenaming:
    @pytest.fixture
    def change(self, here, register):
        register.entries[NUMBER] = known(name="Водни машини ООД")
        night()
        return RegisterChange.objects.get()

    def test_an_owner_confirms_once_and_it_is_renamed_everywhere(self, change, here):
        desk = make_here(number="999020404", name="Купувач АД")
        with acting(CENTRE):
            account = Account.objects.create(
                company=desk, name=here.name, country="BG", number=NUMBER, created_at=clock.db_now()
            )
        owner = actor_of(make_person(here, Role.OWNER))
        assert watching.confirm_name(actor=owner, change_id=change.pk).name == "Водни машини ООД"
        drain()
        here.refresh_from_db()
        with acting(CENTRE):
            account.refresh_from_db()
            assert Touch.objects.get(account=account).facts["after"] == "Водни машини ООД"
        assert here.name == account.name == "Водни машини ООД"
        assert [one.name for one in queries.former_names(here.pk)] == ["Помпи и тръби Тунджа ООД"]
        with pytest.raises(watching.NameOutdated):
            watching.confirm_name(actor=owner, change_id=change.pk)

    def test_others_dont(self, change, here):
        with pytest.raises(NotAllowed):
            watching.confirm_name(actor=actor_of(make_person(here, Role.BUYER)), change_id=change.pk)
        other = make_here(number="999020404", name="Друга АД")
        moderator_elsewhere = make_person(other, Role.OWNER, staff_roles=["moderator"])
        for person in (make_person(other, Role.OWNER), moderator_elsewhere):
            with pytest.raises(NotFound):
                watching.confirm_name(actor=actor_of(person), change_id=change.pk)

    def test_a_name_that_changed_again_is_the_one_to_confirm(self, change, here, register):
        register.entries[NUMBER] = known(name="Трето име ООД")
        night()
        owner = actor_of(make_person(here, Role.OWNER))
        with pytest.raises(watching.NameOutdated):
            watching.confirm_name(actor=owner, change_id=change.pk)
        newest = RegisterChange.objects.order_by("-found_at").first()
        assert watching.confirm_name(actor=owner, change_id=newest.pk).name == "Трето име ООД"
