"""The web doesn't start where any caller would be believed about his address: limits count by it."""

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pazar.config import proxies, safety
from pazar.config.serve import free_socket, web_and_worker
from pazar.ground.console import Trouble
from tests.loops import run


@pytest.mark.parametrize("said", ["*", " * ", "10.0.0.1, *", "0.0.0.0/0", "::/0", "10.0.0.1,0.0.0.0/1"])
def test_a_centre_that_believes_everybody_does_not_start(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", said)
    listener = free_socket("127.0.0.1", 8900, exactly=False)
    with listener, pytest.raises(Trouble, match="FORWARDED_ALLOW_IPS"):
        web_and_worker(listener, web=True, worker=False)


@pytest.mark.django_db
def test_check_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxies.TRUSTS_EVERYBODY not in safety.findings()
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert proxies.TRUSTS_EVERYBODY in safety.findings()


@pytest.mark.parametrize("said", ["", "127.0.0.1", "10.0.0.0/8, 192.0.2.7", "fd00::/8", "unix:"])
def test_named_proxies_are_fine(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", said)
    assert not proxies.trusts_everybody()


def test_of_several_addresses_the_one_that_the_proxy_saw_counts() -> None:
    """What the caller wrote himself stands further left."""
    seen = []

    async def app(scope, receive, send) -> None:
        seen.append(scope["client"][0])

    async def nothing(*_said) -> None:
        return None

    headers = [(b"x-forwarded-for", b"203.0.113.9, 198.51.100.4")]
    scope = {"type": "http", "scheme": "http", "client": ("10.0.0.1", 1), "headers": headers}
    believing = ProxyHeadersMiddleware(app, trusted_hosts="10.0.0.0/8")
    stranger = {**scope, "client": ("198.51.100.77", 1), "headers": headers}

    async def both() -> None:
        await believing(dict(scope), nothing, nothing)
        await believing(stranger, nothing, nothing)

    run(both())
    assert seen == ["198.51.100.4", "198.51.100.77"]
