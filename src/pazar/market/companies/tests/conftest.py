import pytest

from pazar.market.companies.adapters import desk
from pazar.market.companies.tests.factories import FakeRegister, known


@pytest.fixture
def register():
    """A register that knows one company; the test may add, or let it be silent."""
    fake = FakeRegister(known())
    before = desk.provide([fake])
    yield fake
    desk.provide(before)
