"""Whose word counts about where a request comes from."""

import os
from contextlib import suppress
from ipaddress import ip_network

TRUSTS_EVERYBODY = (
    "FORWARDED_ALLOW_IPS trusts everybody: any caller could name another's address as his own, and no limit on log-in, "
    "registration or links would hold. Name the proxy's address or network, such as 10.0.0.0/8."
)


def trusts_everybody() -> bool:
    """Whether any caller is believed when he says whose address he forwards."""
    for one in os.environ.get("FORWARDED_ALLOW_IPS", "").split(","):
        name = one.strip()
        if name == "*":
            return True
        with suppress(ValueError):
            # 0.0.0.0/0 is everybody, written otherwise; so are the two halves.
            if ip_network(name, strict=False).prefixlen <= 1:
                return True
    return False
