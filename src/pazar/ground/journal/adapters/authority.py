"""A time stamp authority after RFC 3161, asked over HTTP."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509

from pazar.ground.journal.rules import stamp
from pazar.ground.journal.rules.stamp import Stamped, StampWrong

MOST_BYTES = 256 * 1024


class Silence(StrEnum):
    ADDRESS = "address"  # neither http nor https
    REFUSED = "refused"  # an HTTP error
    UNREACHED = "unreached"  # no connection, or no answer in time
    NO_STAMP = "no-stamp"  # no stamp of the head, or by nobody we trust


class AuthoritySilent(Exception):
    """It doesn't answer in time, or with something that is no stamp."""

    def __init__(self, silence: Silence) -> None:
        self.silence = silence
        super().__init__(silence.value)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """`roots` are the certificates it must chain to; without any its word is kept and said to be unproven."""

    url: str
    roots: Sequence[x509.Certificate] = ()
    timeout: float = 10.0

    def stamp(self, signed: bytes) -> tuple[bytes, Stamped]:
        """Its answer (DER) and what it says. Raises AuthoritySilent."""
        asked = stamp.request(signed)
        request = urllib.request.Request(  # noqa: S310  # the operator names the address; only HTTP is opened below
            self.url,
            data=asked.as_bytes(),
            headers={"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
        )
        if request.type not in {"http", "https"}:
            raise AuthoritySilent(Silence.ADDRESS)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:  # noqa: S310
                answer = response.read(MOST_BYTES)
        except urllib.error.HTTPError as error:
            raise AuthoritySilent(Silence.REFUSED) from error
        except (OSError, http.client.HTTPException) as error:
            raise AuthoritySilent(Silence.UNREACHED) from error
        try:
            return answer, stamp.check(answer, signed, roots=self.roots, asked=asked)
        except StampWrong as error:
            raise AuthoritySilent(Silence.NO_STAMP) from error
