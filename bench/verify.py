"""`pazar bench verify`: CAdES-B signatures judged a second on one core, with revocation asked once and kept.

Beside it, in the same run, the yardstick: the bare check of one RSA signature by `cryptography`, with the digest of the
document. Certificates and keys are made here; the answers (OCSP) are signed by the authority of the bench.
"""

import argparse
import asyncio
import time
from datetime import UTC, datetime, timedelta

from asn1crypto import keys
from asn1crypto import x509 as read
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pazar.market.signatures.rules.kept import KeptChains
from pazar.market.signatures.rules.revocation import Answers
from pazar.market.signatures.rules.trust import own
from pazar.market.signatures.rules.verify import Ask, verify

NOW = datetime.now(UTC)
GOAL = 100


def made(name, key, issuer, issuer_key, *, ca=False):
    def called(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder(called(issuer), called(name), key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=300))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=not ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=ca,
                crl_sign=ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    return builder.sign(issuer_key, hashes.SHA256())


def signer(key, certificate):
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(
        signing_cert=read.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )


def cades(document, by):
    return asyncio.run(by.async_sign_general_data(document, "sha256", detached=True, use_cades=True)).dump()


class Authority:
    """Answers once; how often it was asked is told at the end."""

    def __init__(self, certificate, issuer, key):
        self.asked = 0
        answer = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=issuer,
            algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=NOW - timedelta(hours=1),
            next_update=NOW + timedelta(days=1),
            revocation_time=None,
            revocation_reason=None,
        )
        signed = answer.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer).sign(key, hashes.SHA256())
        self._answer = signed.public_bytes(serialization.Encoding.DER)

    def ask(self, certificate, issuer):
        self.asked += 1
        return Answers(ocsps=(self._answer,))

    def issuers(self, certificate):
        return ()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--signers", type=int, default=20, help="different certificates among them")
    parser.add_argument("--size", type=int, default=20_000, help="bytes of each document")
    chosen = parser.parse_args()

    root_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    root = made("Root", root_key, "Root", root_key, ca=True)
    people = []
    for number in range(chosen.signers):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        people.append((key, made(f"Person {number}", key, "Root", root_key)))
    responders = {cert.serial_number: Authority(cert, root, root_key) for _key, cert in people}

    class All:
        def ask(self, certificate, issuer):
            return responders[certificate.serial_number].ask(certificate, issuer)

        def issuers(self, certificate):
            return ()

    signers = [signer(key, certificate) for key, certificate in people]
    signed = []
    for number in range(chosen.count):
        document = (b"%08d" % number) * (chosen.size // 8)
        key, certificate = people[number % len(people)]
        signature = cades(document, signers[number % len(people)])
        signed.append((document, signature, key.sign(document, padding.PKCS1v15(), hashes.SHA256()), certificate))

    trust = own([read.Certificate.load(root.public_bytes(serialization.Encoding.DER))])
    ask = Ask(trust=trust, moment=NOW, asked_at=NOW, responders=All(), chains=KeptChains())
    start = time.process_time()
    reports = [verify(document, signature, ask) for document, signature, _bare, _certificate in signed]
    ours = time.process_time() - start
    assert all(one.signers[0].level == "B" for one in reports), reports[0]
    assert all(one.is_good and "revocation-good" in one.codes for one in reports), reports[0]
    asked = sum(one.asked for one in responders.values())

    start = time.process_time()
    for document, _signature, bare, certificate in signed:
        certificate.public_key().verify(bare, document, padding.PKCS1v15(), hashes.SHA256())
    yardstick = time.process_time() - start

    altered = verify(signed[0][0] + b".", signed[0][1], ask)
    assert "document-altered" in altered.codes
    print(f"{chosen.count} signatures by {chosen.signers} people, {chosen.size} bytes each, asked {asked} times")
    print(f"ours: {chosen.count / ours:,.0f}/s a core (goal {GOAL}/s), {1000 * ours / chosen.count:.2f} ms each")
    print(f"yardstick, cryptography's bare check: {chosen.count / yardstick:,.0f}/s")
    raise SystemExit(0 if chosen.count / ours >= GOAL else 1)


if __name__ == "__main__":
    main()
