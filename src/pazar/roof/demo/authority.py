"""The demo's own certification authority: everybody of the story gets a key file to rehearse with.

It is made when the first file is asked for, in the data folder, and trusted by this demo alone. Its files are worth
nothing: whoever opens the demo has them all.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

from pazar.ground.identity.models import Company, Person
from pazar.roof.demo import cast

NAME: Final = "Демо удостоверител"
_FILE: Final = "demo-authority.pem"
_YEARS: Final = timedelta(days=3650)


def key_file(person: Person, company: Company, *, moment: datetime, expired: bool = False) -> bytes:
    """A PKCS #12 of `person` for `company` under everybody's password; `expired` a month ago, to see that, too."""
    issuer, issuer_key = _authority(moment)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    end = moment - timedelta(days=30) if expired else moment + timedelta(days=365)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, company.country or "BG"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, company.name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"NTR{company.country}-{company.number}"),
            x509.NameAttribute(NameOID.COMMON_NAME, person.name[:64]),
        ]
    )
    certificate = (
        _builder(subject, issuer.subject, key.public_key(), since=end - timedelta(days=400), until=end, ca=False)
    ).sign(issuer_key, hashes.SHA256())
    under = serialization.BestAvailableEncryption(cast.PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(person.name.encode(), key, certificate, [issuer], under)


def _authority(moment: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    place = Path(settings.TRUST) / _FILE
    secret = Path(settings.DATA) / "demo" / "authority.key"
    if not (place.exists() and secret.exists()):
        _make(place, secret, moment)
    key = serialization.load_pem_private_key(secret.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(place.read_bytes()), key


def _make(place: Path, secret: Path, moment: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = _builder(name, name, key.public_key(), since=moment - _YEARS, until=moment + _YEARS, ca=True).sign(
        key, hashes.SHA256()
    )
    for path in (place, secret):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret.touch(mode=0o600)
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    # Whole at once: who asks meanwhile finds none or all of it.
    partial = place.with_suffix(f".{os.getpid()}")
    partial.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    partial.replace(place)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    *,
    since: datetime,
    until: datetime,
    ca: bool,
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )
