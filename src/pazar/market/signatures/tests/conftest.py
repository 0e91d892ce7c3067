import pytest

from pazar.market.signatures.tests import world as worlds


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """Authorities of our own on loopback, once for all tests of a process."""
    with worlds.world(tmp_path_factory.mktemp("world")) as made:
        yield made
