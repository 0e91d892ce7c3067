"""The guarded client, against a real server that misbehaves."""

import gzip
import socket
import time
from io import BytesIO

import pytest

from pazar.ground.net import fetching
from pazar.ground.net.fetching import Limits, NotFetched
from pazar.ground.net.tests.server import Says, Server

HERE = Limits(seconds=5, most_bytes=1_000_000, inside=fetching.networks(["127.0.0.0/8"]), with_http=True)


def limits(**changed):
    return Limits(**({"seconds": 5, "most_bytes": 1_000_000, "inside": HERE.inside, "with_http": True} | changed))


def fault(url, **changed):
    with pytest.raises(NotFetched) as caught:
        fetching.fetch(url, limits=limits(**changed))
    return caught.value.fault


def test_an_answer_comes_whole_with_its_kind():
    with Server(lambda _asked: Says(body=b'{"a": 1}', kind="Application/JSON; charset=utf-8")) as server:
        got = fetching.fetch(f"{server.url}/x?y=1", limits=HERE, headers={"Accept": "application/json"})
    assert (got.status, got.kind, got.body) == (200, "application/json", b'{"a": 1}')
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.headers["accept"]) == ("GET", "/x?y=1", "application/json")


def test_a_body_is_posted():
    with Server(lambda asked: Says(body=asked.body)) as server:
        got = fetching.fetch(server.url, limits=HERE, method="POST", body=b"<q/>", headers={"SOAPAction": '"x"'})
    assert got.body == b"<q/>"
    assert server.asked[0].headers["soapaction"] == '"x"'


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "429 Too Many"])
def test_a_status_is_the_callers_to_judge(status):
    with Server(lambda _asked: Says(status=status)) as server:
        assert fetching.fetch(server.url, limits=HERE).status == int(status[:3])


def test_our_own_network_is_not_called():
    with Server(lambda _asked: Says()) as server:
        assert fault(server.url, inside=()) == "address_inside"
    assert not server.asked


def test_plain_http_is_refused_unless_meant():
    assert fault("http://127.0.0.1:1/", with_http=False) == "address_refused"


@pytest.mark.parametrize("url", ["ftp://example.org/", "https://user:word@example.org/", "file:///etc/passwd", ""])
def test_other_addresses_are_refused(url):
    assert fault(url) == "address_refused"


def test_a_redirect_into_our_own_network_is_refused(monkeypatch):
    """The first server is allowed, what it points to isn't: the second connection is judged like the first."""
    inner = Server(lambda _asked: Says(body=b"secret"))
    outer = Server(lambda _asked: Says(status="302 Found", headers={"Location": f"http://127.0.0.2:{inner.port}/"}))
    only = fetching.networks(["127.0.0.1/32"])
    with inner, outer:
        assert fault(outer.url, redirects=3, inside=only) == "address_inside"
    assert not inner.asked


def test_a_redirect_is_followed_only_if_asked():
    with (
        Server(lambda _asked: Says(body=b"there")) as there,
        Server(lambda _asked: Says(status="302 Found", headers={"Location": f"{there.url}/b"})) as here,
    ):
        assert fault(here.url) == "redirected"
        got = fetching.fetch(here.url, limits=limits(redirects=1), headers={"Authorization": "Bearer secret"})
    assert got.body == b"there"
    assert there.asked[0].path == "/b"
    assert "authorization" not in there.asked[0].headers


def test_redirects_have_an_end():
    with Server(lambda _asked: Says(status="302 Found", headers={"Location": "/again"})) as server:
        assert fault(server.url, redirects=3) == "too_many_redirects"
    assert len(server.asked) == 4


@pytest.mark.parametrize("where", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://user@127.0.0.1/"])
def test_a_redirect_to_another_kind_of_address_is_refused(where):
    with Server(lambda _asked: Says(status="302 Found", headers={"Location": where})) as server:
        assert fault(server.url, redirects=3) == "address_refused"


def test_a_name_with_one_address_inside_is_refused(monkeypatch):
    def both(_host, port, **_more):
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("10.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    assert fault("https://example.org/", inside=()) == "address_inside"


def test_a_name_nobody_knows():
    assert fault("https://nothing.invalid/") == "name_unknown"


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert fault(f"http://127.0.0.1:{port}/") == "no_connection"


@pytest.mark.parametrize(
    "says",
    [Says(wait=30), Says(body=b"a" * 1000, piece=1, pause=0.2), Says(body=b"a" * 1000, piece=1, pause=0.2, length=-1)],
    ids=["silent", "drips", "drips without a length"],
)
def test_a_slow_server_is_cut_by_the_clock(says):
    begun = time.monotonic()
    with Server(lambda _asked: says) as server:
        assert fault(server.url, seconds=0.6) == "too_slow"
        assert time.monotonic() - begun < 3


def test_half_an_answer_is_none():
    with Server(lambda _asked: Says(body=b'{"a":', length=500)) as server:
        assert fault(server.url) == "broken_off"


def test_a_server_that_hangs_up():
    with Server(lambda _asked: Says(hang_up=True)) as server:
        assert fault(server.url) == "broken_off"


def test_what_is_no_http_at_all():
    with Server(lambda _asked: Says(status="\x00\x01 nonsense\r\n\r\n")) as server:
        assert fault(server.url) == "broken_off"


def test_too_large_is_refused_before_it_is_read():
    with Server(lambda _asked: Says(body=b"a" * 3_000_000)) as server:
        assert fault(server.url) == "too_large"


def test_a_bomb_is_counted_unpacked():
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    with Server(lambda _asked: Says(body=bomb, headers={"Content-Encoding": "gzip"})) as server:
        assert fault(server.url) == "too_large"


def test_what_is_packed_is_unpacked():
    with Server(lambda _asked: Says(body=gzip.compress(b"word" * 9), headers={"Content-Encoding": "gzip"})) as server:
        assert fetching.fetch(server.url, limits=HERE).body == b"word" * 9


@pytest.mark.parametrize(
    ("body", "packing", "expected"),
    [
        (gzip.compress(b"word" * 1000)[:-8], "gzip", "broken_off"),
        (b"no gzip", "gzip", "broken_off"),
        (b"?", "br", "wrong_encoding"),
    ],
    ids=["cut", "not gzip", "another"],
)
def test_what_is_packed_wrongly(body, packing, expected):
    with Server(lambda _asked: Says(body=body, headers={"Content-Encoding": packing})) as server:
        assert fault(server.url) == expected


def test_a_body_is_saved_piece_by_piece():
    into = BytesIO()
    with (
        Server(lambda _asked: Says(body=b"ab" * 200_000)) as server,
        fetching.opened(server.url, limits=HERE) as answer,
    ):
        assert answer.save(into) == 400_000
    assert into.getvalue() == b"ab" * 200_000


def test_what_the_caller_does_wrong_is_his_own():
    with (
        Server(lambda _asked: Says()) as server,
        pytest.raises(ZeroDivisionError),
        fetching.opened(server.url, limits=HERE),
    ):
        raise ZeroDivisionError
