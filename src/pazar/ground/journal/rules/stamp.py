"""Outside time stamps (RFC 3161) of heads: what is asked, and whether an answer says what it should."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)


class StampWrong(ValueError):
    """The answer is no stamp of this text, or not by an authority that is trusted."""


@dataclass(frozen=True, kw_only=True)
class Stamped:
    """`authority` names the signer as its certificate does; `is_trusted` says whether it chains to a given root."""

    at: datetime
    authority: str
    is_trusted: bool


def request(signed: bytes) -> TimeStampRequest:
    """What to send to the authority for the text under a head's signature: its SHA-256, with a nonce."""
    return TimestampRequestBuilder().data(signed).hash_algorithm(HashAlgorithm.SHA256).build()


def check(
    answer: bytes, signed: bytes, *, roots: Sequence[x509.Certificate] = (), asked: TimeStampRequest | None = None
) -> Stamped:
    """What the authority says of `signed`. Without `roots` nobody vouches for the authority, and that is said.

    With `asked` its nonce has to come back. Raises StampWrong.
    """
    try:
        response = decode_timestamp_response(answer)
        if roots:
            builder = VerifierBuilder.from_request(asked) if asked is not None else VerifierBuilder()
            for root in roots:
                builder = builder.add_root_certificate(root)
            # The library trusts what it is given as roots; the signer comes with the answer.
            builder.build().verify_message(response, signed)
        else:
            _look(response, signed, asked)
        signer = _signer(response)
        found = response.tst_info.gen_time
    except (VerificationError, ValueError) as error:
        raise StampWrong from error
    at = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return Stamped(at=at, authority=signer, is_trusted=bool(roots))


def certificates(pem: bytes) -> list[x509.Certificate]:
    """The roots in a PEM file. Raises ValueError."""
    return x509.load_pem_x509_certificates(pem)


def _look(response: TimeStampResponse, signed: bytes, asked: TimeStampRequest | None) -> None:
    if response.status != 0:
        raise StampWrong
    if response.tst_info.message_imprint.message != hashlib.sha256(signed).digest():
        raise StampWrong
    if asked is not None and response.tst_info.nonce != asked.nonce:
        raise StampWrong


def _signer(response: TimeStampResponse) -> str:
    signers = response.signed_data.signer_infos
    certificates = [x509.load_der_x509_certificate(der) for der in response.signed_data.certificates]
    for certificate in certificates:
        if any(certificate.serial_number == one.serial_number and certificate.issuer == one.issuer for one in signers):
            return certificate.subject.rfc4514_string()
    return ""
