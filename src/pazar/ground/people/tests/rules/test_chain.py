"""The chain of approval, and the table of rights."""

from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.identity.rules import rights, roles
from pazar.ground.identity.rules.rights import RIGHTS, Act
from pazar.ground.identity.rules.roles import Role
from pazar.ground.people.rules import chain
from pazar.ground.people.rules.chain import MAY_APPROVE, Kind, Step

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
steps = st.lists(
    st.builds(Step, above=amounts, currency=st.sampled_from(["EUR", "BGN"]), role=st.sampled_from(list(Role))),
    max_size=6,
)


@given(steps=steps, amount=amounts, more=amounts)
def test_what_is_worth_more_never_needs_fewer(steps: list[Step], amount: Decimal, more: Decimal) -> None:
    small = chain.demanded(steps, amount=amount, currency="EUR")
    large = chain.demanded(steps, amount=amount + more, currency="EUR")
    assert set(small) <= set(large)
    assert chain.covers(large, small)


@given(steps=steps, amount=amounts)
def test_no_value_and_another_currency_pass_nobody_by(steps: list[Step], amount: Decimal) -> None:
    everybody = {step.role for step in steps}
    assert set(chain.demanded(steps, amount=None, currency="EUR")) == everybody
    assert set(chain.demanded(steps, amount=amount, currency="USD")) == everybody


@given(steps=steps, amount=amounts)
def test_each_role_is_asked_once_from_below(steps: list[Step], amount: Decimal) -> None:
    asked = chain.demanded(steps, amount=amount, currency="EUR")
    assert len(set(asked)) == len(asked)


def test_the_bound_itself_needs_nobody() -> None:
    step = Step(above=Decimal(1000), currency="EUR", role=Role.OWNER)
    assert chain.demanded([step], amount=Decimal(1000), currency="EUR") == ()
    assert chain.demanded([step], amount=Decimal("1000.01"), currency="EUR") == (Role.OWNER,)


@given(role=st.sampled_from(list(Role)), own=st.frozensets(st.sampled_from(list(Role))))
def test_nobody_decides_what_he_asked_or_twice(role: Role, own: frozenset[Role]) -> None:
    me, other = uuid4(), uuid4()
    assert not chain.may_decide(role=role, roles=own, person=me, asked_by=me, decided_by=[], lent_to=None)
    assert not chain.may_decide(role=role, roles=own, person=me, asked_by=me, decided_by=[], lent_to=me)
    assert not chain.may_decide(role=role, roles=own, person=me, asked_by=other, decided_by=[me], lent_to=None)
    assert chain.may_decide(role=role, roles=own, person=me, asked_by=other, decided_by=[], lent_to=None) == (
        role in own
    )
    # Handed on, it is that person's alone, whatever the others' roles.
    assert chain.may_decide(role=role, roles=[], person=me, asked_by=other, decided_by=[], lent_to=me)
    assert not chain.may_decide(role=role, roles=[role], person=me, asked_by=other, decided_by=[], lent_to=other)


def test_the_table_says_what_the_code_asks() -> None:
    assert set(RIGHTS) == set(Act)
    assert RIGHTS[Act.RUN_PROCEDURES] == roles.BUYING
    assert RIGHTS[Act.BID] == roles.BIDDING
    assert RIGHTS[Act.SELL] == roles.SELLING
    assert RIGHTS[Act.LEAD_SALES] == roles.LEADING_SALES
    assert all(rights.acts_of(role) >= {Act.LOOK} for role in Role)
    assert rights.acts_of(Role.OWNER) == frozenset(Act)
    assert all(Role.OWNER in allowed for allowed in MAY_APPROVE.values())
    assert set(MAY_APPROVE) == set(Kind)


@given(owners=st.frozensets(st.sampled_from("abc")), roles_given=st.frozensets(st.sampled_from(list(Role))))
def test_a_company_keeps_an_owner(owners: frozenset[str], roles_given: frozenset[Role]) -> None:
    left = (owners - {"a"}) | ({"a"} if Role.OWNER in roles_given else set())
    assert rights.leaves_an_owner(owners, person="a", roles=roles_given) == bool(left)
