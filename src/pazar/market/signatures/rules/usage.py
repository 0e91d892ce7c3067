"""What a certificate may be used for, by its own words (RFC 5280, 4.2.1.3 and 4.2.1.12)."""

from typing import Final

from asn1crypto import x509

from pazar.market.signatures.rules.verdicts import Check, Verdict, bad, good, note

# Purposes under which documents are signed: mail protection, any, RFC 9336, Microsoft's and Adobe's own.
_SIGNING: Final = frozenset(
    (
        "email_protection",
        "any_extended_key_usage",
        "1.3.6.1.5.5.7.3.36",
        "document_signing",
        "1.3.6.1.4.1.311.10.3.12",
        "microsoft_document_signing",
        "1.2.840.113583.1.1.5",
        "adobe_authentic_documents_trust",
    )
)
_KEY_USAGES: Final = frozenset(("digital_signature", "non_repudiation"))


def of_signer(certificate: x509.Certificate) -> Verdict:
    """Whether documents may be signed with it."""
    usage, purposes = certificate.key_usage_value, certificate.extended_key_usage_value
    allowed = set(usage.native) if usage is not None else set()
    if usage is not None and not allowed & _KEY_USAGES:
        return bad(Check.USAGE, "usage-wrong", usages=", ".join(sorted(allowed)).replace("_", " "))
    if purposes is not None:
        named = set(purposes.native)
        # Qualified certificates of several providers name the log-in to sites; what names a site's own server is none.
        fits = named & _SIGNING or ("client_auth" in named and "server_auth" not in named)
        if not fits:
            return bad(Check.USAGE, "usage-purpose-wrong", purposes=", ".join(sorted(named)).replace("_", " "))
    constraints = certificate.basic_constraints_value
    if constraints is not None and constraints["ca"].native:
        return note(Check.USAGE, "usage-of-authority")
    if usage is None:
        return note(Check.USAGE, "usage-not-said")
    return good(Check.USAGE, "usage-signing")


def of_stamp(certificate: x509.Certificate) -> bool:
    """A time stamp unit is for that alone (RFC 3161, 2.3)."""
    purposes = certificate.extended_key_usage_value
    return purposes is not None and "time_stamping" in purposes.native
