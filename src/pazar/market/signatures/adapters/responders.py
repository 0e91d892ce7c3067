"""Asking authorities whether a certificate was revoked: OCSP, then CRL, from where the certificate says (A5).

What they answer is kept until they will answer anew, an hour at most. Addresses come from a stranger's certificate:
the house's guarded client refuses those that lead inside.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from asn1crypto import cms, crl, ocsp, x509
from cryptography import x509 as real
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.ocsp import OCSPRequestBuilder

from pazar.ground.net import patience
from pazar.ground.net.fetching import Fetched, Limits, NotFetched, fetch
from pazar.ground.net.rules.addresses import Network
from pazar.market.signatures.rules.revocation import Answers
from pazar.market.signatures.rules.trust import read_certificates

SECONDS: Final = 6.0
LONGEST: Final = timedelta(hours=1)
_SHORTEST: Final = timedelta(minutes=1)
_MOST_OCSP: Final = 100_000
_MOST_CRL: Final = 30_000_000
_MOST_URLS: Final = 3
_UNREAD: Final = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)


class Cache(Protocol):
    """Where answers are kept between questions."""

    def get(self, key: str, now: datetime) -> bytes | None: ...

    def put(self, key: str, answer: bytes, *, now: datetime, until: datetime) -> None: ...


class Memory:
    """Kept for as long as the process lives: a command's."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[datetime, bytes]] = {}

    def get(self, key: str, now: datetime) -> bytes | None:
        found = self._kept.get(key)
        return found[1] if found is not None and now < found[0] else None

    def put(self, key: str, answer: bytes, *, now: datetime, until: datetime) -> None:
        self._kept[key] = (until, answer)


class Responders:
    """The authorities' own servers. `inside` names networks of one's own that may be asked all the same."""

    def __init__(
        self,
        cache: Cache,
        *,
        inside: Sequence[Network] = (),
        seconds: float = SECONDS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._cache, self._inside, self._seconds, self._now = cache, tuple(inside), seconds, now

    def ask(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Answers:
        ocsp_urls = _http(certificate.ocsp_urls)
        crl_urls = _http(_crl_urls(certificate))
        silent: list[str] = []
        inside: list[str] = []
        for url in (*ocsp_urls, *crl_urls):
            try:
                answer = self._ocsp(url, certificate, issuer) if url in ocsp_urls else self._crl(url)
            except NotFetched as error:
                (inside if error.fault == "address_inside" else silent).append(url)
                continue
            if answer is None:
                silent.append(url)
            elif url in ocsp_urls:
                return Answers(ocsps=(answer,))
            else:
                return Answers(crls=(answer,))
        return Answers(silent=tuple(silent), inside=tuple(inside), is_named=bool(ocsp_urls or crl_urls))

    def issuers(self, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        for url in _http(_issuer_urls(certificate)):
            try:
                came = self._kept_or_fetched(f"issuer {url}", url, most=_MOST_OCSP, until=lambda _body: None)
            except NotFetched:
                continue
            if came is None:
                continue
            try:
                return read_certificates(came)
            except ValueError:
                try:
                    bundle = cms.ContentInfo.load(came)["content"]["certificates"]
                    return [one.chosen for one in bundle if one.name == "certificate"]
                except _UNREAD:
                    continue
        return ()

    def _ocsp(self, url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes | None:
        try:
            request = (
                OCSPRequestBuilder()
                .add_certificate(
                    real.load_der_x509_certificate(certificate.dump()),
                    real.load_der_x509_certificate(issuer.dump()),
                    hashes.SHA1(),  # noqa: S303 - RFC 6960's name for a certificate; every responder knows it
                )
                .build()
                .public_bytes(serialization.Encoding.DER)
            )
        except (ValueError, TypeError):
            return None
        key = f"ocsp {url} {certificate.sha256.hex()} {issuer.sha256.hex()}"
        return self._kept_or_fetched(
            key,
            url,
            most=_MOST_OCSP,
            until=_ocsp_until,
            body=request,
            headers={"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"},
        )

    def _crl(self, url: str) -> bytes | None:
        return self._kept_or_fetched(f"crl {url}", url, most=_MOST_CRL, until=_crl_until)

    def _kept_or_fetched(
        self,
        key: str,
        url: str,
        *,
        most: int,
        until: Callable[[bytes], datetime | None],
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes | None:
        """None for an answer that is none. Raises NotFetched."""
        now = self._now()
        digest = hashlib.sha256(key.encode()).hexdigest()
        kept = self._cache.get(digest, now)
        if kept is not None:
            return kept

        def attempt(seconds: float) -> Fetched:
            return fetch(
                url,
                method="POST" if body is not None else "GET",
                body=body,
                headers=headers,
                limits=Limits(
                    seconds=min(seconds, self._seconds),
                    most_bytes=most,
                    redirects=2,
                    inside=self._inside,
                    with_http=True,  # answers are signed; authorities serve them over plain http (RFC 5280, 8)
                ),
            )

        answer = patience.ask(f"responder {urlsplit(url).netloc}", attempt, seconds=self._seconds, tries=2)
        if answer.status != 200:
            return None
        try:
            renewed = until(answer.body)
        except _UNREAD:
            return None
        last = min(renewed or now + LONGEST, now + LONGEST)
        if last > now + _SHORTEST:
            self._cache.put(digest, answer.body, now=now, until=last)
        return answer.body


def _http(urls: Sequence[str]) -> list[str]:
    found = [url for url in urls if isinstance(url, str) and url.lower().startswith(("http://", "https://"))]
    return list(dict.fromkeys(found))[:_MOST_URLS]


def _crl_urls(certificate: x509.Certificate) -> list[str]:
    try:
        return [point.url for point in certificate.crl_distribution_points if point.url]
    except _UNREAD:
        return []


def _issuer_urls(certificate: x509.Certificate) -> list[str]:
    try:
        told = certificate.authority_information_access_value
        return [
            str(entry["access_location"].native)
            for entry in told or ()
            if entry["access_method"].native == "ca_issuers"
        ]
    except _UNREAD:
        return []


def _ocsp_until(body: bytes) -> datetime | None:
    """Raises what the library raises for anything but an answer."""
    response = ocsp.OCSPResponse.load(body)
    if response["response_status"].native != "successful":
        raise ValueError("no answer")
    dates = [single["next_update"].native for single in response.response_data["responses"]]
    known = [date for date in dates if isinstance(date, datetime)]
    return min(known) if known else None


def _crl_until(body: bytes) -> datetime | None:
    listed = crl.CertificateList.load(body)
    _ = listed.issuer.native
    found = listed["tbs_cert_list"]["next_update"].native
    return found if isinstance(found, datetime) else None
