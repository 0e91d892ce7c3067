"""Which addresses may be called."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.net.rules import addresses

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "not an address",
    "fec0::1",
    "3fff::1",
    "168.63.129.16",
    "::ffff:168.63.129.16",
    "192.88.99.1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_not_called(address):
    assert not addresses.may_call(address)
    assert addresses.choose(["93.184.216.34", address]) is None


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_what_lies_outside_is(address):
    assert addresses.choose([address]) == address


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_however_it_is_wrapped(address):
    wrapped = [f"::ffff:{address}", str(ipaddress.IPv6Address(int(ipaddress.ip_address("64:ff9b::")) + int(address)))]
    assert {addresses.may_call(each) for each in wrapped} == {addresses.may_call(str(address))}


def test_a_network_the_operator_allows_is_called():
    assert addresses.may_call("10.1.2.3", allowed=[ipaddress.ip_network("10.1.0.0/16")])
    assert not addresses.may_call("10.2.2.3", allowed=[ipaddress.ip_network("10.1.0.0/16")])


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https:///path",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://example.org/\r\nHost: other",
        "javascript:alert(1)",
        "https://" + "a" * 600 + ".org/",
        "",
    ],
)
def test_addresses_of_another_make_are_refused(url):
    assert addresses.read(url, with_http=False) is None


def test_an_address_is_taken_apart():
    found = addresses.read("https://Кабели.bg:8443/in?key=1", with_http=False)
    assert found is not None
    assert found.host.startswith("xn--")
    assert (found.port, found.path, found.host_header) == (8443, "/in?key=1", f"{found.host}:8443")


@given(st.text(max_size=80))
def test_nothing_typed_breaks_the_reader(text):
    for url in (text, f"https://{text}", f"https://example.org/{text}"):
        found = addresses.read(url, with_http=True)
        assert found is None or found.scheme in ("http", "https")
