import pytest

from pazar.market.signatures.adapters import desk
from pazar.market.signatures.rules.kept import KeptChains
from pazar.market.signatures.tests import world as worlds


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """Authorities of our own on loopback, once for all tests of a process."""
    with worlds.world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def trusting(world, settings, tmp_path, monkeypatch):
    """A centre that trusts the test world and may ask its responders."""
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "root.pem").write_bytes(world.pem("root"))
    settings.TRUST = str(tmp_path / "trust")
    settings.RESPONDERS_INSIDE = [worlds.LOOPBACK]
    monkeypatch.setattr(desk, "_CHAINS", KeptChains())
    return world
