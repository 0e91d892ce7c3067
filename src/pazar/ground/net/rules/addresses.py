"""Which addresses may be called: no machine of the centre's own network, whatever a name says."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LONGEST = 500
# Addresses that carry an IPv4 one inside: what they lead to is judged, not what they look like.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Of the public internet by their numbers, and yet inside: site-local (RFC 3879), documentation (RFC 9637), the
# machine that hosts ours in Azure, anycast relays that lead on (RFC 7526).
_INSIDE = [ipaddress.ip_network(name) for name in ("fec0::/10", "3fff::/20", "168.63.129.16/32", "192.88.99.0/24")]


@dataclass(frozen=True, kw_only=True)
class Target:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return shown if self.port == usual else f"{shown}:{self.port}"


def read(url: str, *, with_http: bool) -> Target | None:
    """None for what isn't an absolute http(s) address without log-in and fragment."""
    if len(url) > _LONGEST or any(sign.isspace() or not sign.isprintable() for sign in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else parts.hostname
    except (ValueError, UnicodeError):
        return None
    schemes = {"https", "http"} if with_http else {"https"}
    if parts.scheme not in schemes or not host or parts.fragment or "@" in parts.netloc or port == 0:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        return None
    return Target(scheme=parts.scheme, host=host, port=port or {"https": 443, "http": 80}[parts.scheme], path=path)


def may_call(address: str, *, allowed: Iterable[Network] = ()) -> bool:
    """Whether an IP address is one of the public internet, or in a network that the operator allows."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(found.version == network.version and found in network for network in allowed):
        return True
    inner = _inner(found)
    if inner is not None:
        return may_call(str(inner), allowed=allowed)
    if any(found.version == network.version and found in network for network in _INSIDE):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def choose(addresses: Sequence[str], *, allowed: Iterable[Network] = ()) -> str | None:
    """The address to connect to; None if there is none, or if any isn't allowed: a name with both is a trick."""
    networks = list(allowed)
    if not addresses or not all(may_call(address, allowed=networks) for address in addresses):
        return None
    return addresses[0]


def _inner(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if isinstance(found, ipaddress.IPv4Address):
        return None
    if found in _NAT64:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    teredo = found.teredo
    return found.ipv4_mapped or found.sixtofour or (teredo[1] if teredo else None)
