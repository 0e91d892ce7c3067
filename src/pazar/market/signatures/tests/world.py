"""A world of certificates: authorities, responders, stamps on loopback, people whose certificates fail in every way.

certomancer plays the authorities; the keys are made once for each run of the tests.
"""

import contextlib
import datetime as dt
import socket
import threading
import wsgiref.simple_server
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any

from asn1crypto import x509
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, KeyLabel
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from tests.loops import run

from pazar.market.signatures.adapters.responders import Memory, Responders
from pazar.market.signatures.rules.revocation import Mode
from pazar.market.signatures.rules.trust import TrustStore, own
from pazar.market.signatures.rules.verify import Ask

COMPANY = ("BG", "131129282")
LOOPBACK = "127.0.0.0/8"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)

_SIGNING = {
    "id": "key_usage",
    "critical": True,
    "smart-value": {"schema": "key-usage", "params": ["digital_signature", "non_repudiation"]},
}


def _crl(authority: str) -> dict[str, Any]:
    return {
        "id": "crl_distribution_points",
        "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": [authority]}},
    }


_CRL = _crl("interm")
_OCSP = {
    "id": "authority_information_access",
    "smart-value": {"schema": "aia-urls", "params": {"ocsp-responder-names": ["interm"]}},
}
_AUTHORITY = [
    {"id": "basic_constraints", "critical": True, "value": {"ca": True}},
    {
        "id": "key_usage",
        "critical": True,
        "smart-value": {"schema": "key-usage", "params": ["digital_signature", "key_cert_sign", "crl_sign"]},
    },
]


def _days(number: float) -> str:
    return (NOW + dt.timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _validity(since: float, until: float) -> dict[str, str]:
    return {"valid-from": _days(since), "valid-to": _days(until)}


def _person(**other: Any) -> dict[str, Any]:
    return {"issuer": "interm", "validity": _validity(-30, 335), "extensions": [_SIGNING, _CRL, _OCSP], **other}


_PEOPLE = ("good", "other", "nobody", "numbered", "weak")
_KEYS = ("root", "interm", "stranger", "ocsp", "tsa", "tsl", *_PEOPLE)


def _config(url: str) -> dict[str, Any]:
    organisation = {
        "country-name": "BG",
        "organization-name": "Алфа ЕООД",
        "organization-identifier": "VATBG-131129282",
    }
    return {
        "external-url-prefix": url,
        "keysets": {"keys": {"keys": {name: {"path": f"{name}.pem"} for name in _KEYS}}},
        "pki-architectures": {
            "world": {
                "keyset": "keys",
                "entities": {
                    "root": {"country-name": "BG", "organization-name": "Пробен орган", "common-name": "Test root"},
                    "interm": {"country-name": "BG", "organization-name": "Пробен орган", "common-name": "Test issuer"},
                    "stranger": {"country-name": "BG", "common-name": "Stranger's root"},
                    "ocsp": {"country-name": "BG", "common-name": "Test responder"},
                    "tsa": {"country-name": "BG", "common-name": "Test stamp"},
                    "tsl": {"country-name": "BG", "common-name": "Test list signer"},
                    "good": {**organisation, "common-name": "Иван Иванов"},
                    "weak": {**organisation, "common-name": "Слаб Ключ"},
                    "other": {
                        "country-name": "BG",
                        "organization-name": "Бета АД",
                        "organization-identifier": "NTRBG-175074752",
                        "common-name": "Петър Петров",
                    },
                    "nobody": {"country-name": "BG", "common-name": "Мария Личнова"},
                    "numbered": {
                        "country-name": "BG",
                        "organization-name": "Алфа ЕООД",
                        "organizational-unit-name": "EIK:131129282",
                        "common-name": "Стара Форма",
                    },
                },
                "certs": {
                    "root": {
                        "subject": "root",
                        "issuer": "root",
                        "validity": _validity(-4000, 4000),
                        "extensions": _AUTHORITY,
                    },
                    "stranger": {
                        "subject": "stranger",
                        "issuer": "stranger",
                        "validity": _validity(-4000, 4000),
                        "extensions": _AUTHORITY,
                    },
                    "interm": {
                        "issuer": "root",
                        "validity": _validity(-3000, 3000),
                        "extensions": [*_AUTHORITY, _crl("root")],
                    },
                    "ocsp": {
                        "issuer": "interm",
                        "validity": _validity(-1000, 1000),
                        "extensions": [
                            {"id": "extended_key_usage", "critical": True, "value": ["ocsp_signing"]},
                            {"id": "ocsp_no_check"},
                        ],
                    },
                    "tsa": {
                        "issuer": "root",
                        "validity": _validity(-2000, 2000),
                        "extensions": [
                            {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
                            _crl("root"),
                        ],
                    },
                    "tsl": {"issuer": "root", "validity": _validity(-30, 335), "extensions": [_SIGNING]},
                    "good": _person(),
                    "other": _person(),
                    "nobody": _person(),
                    "numbered": _person(),
                    "weak": _person(),
                    "expired": _person(subject="good", **{"subject-key": "good"}, validity=_validity(-400, -2)),
                    "early": _person(subject="good", **{"subject-key": "good"}, validity=_validity(2, 400)),
                    "revoked": _person(
                        subject="good",
                        **{"subject-key": "good"},
                        revocation={"revoked-since": _days(-3), "reason": "key_compromise"},
                    ),
                    "listed": _person(
                        subject="good",
                        **{"subject-key": "good"},
                        extensions=[_SIGNING, _CRL],
                        revocation={"revoked-since": _days(-3), "reason": "superseded"},
                    ),
                    "crl": _person(subject="good", **{"subject-key": "good"}, extensions=[_SIGNING, _CRL]),
                    "held": _person(
                        subject="good",
                        **{"subject-key": "good"},
                        revocation={"revoked-since": _days(-3), "reason": "certificate_hold"},
                    ),
                    "cipher": _person(
                        subject="good",
                        **{"subject-key": "good"},
                        extensions=[
                            {
                                "id": "key_usage",
                                "critical": True,
                                "smart-value": {"schema": "key-usage", "params": ["key_encipherment"]},
                            },
                            _CRL,
                            _OCSP,
                        ],
                    ),
                    "site": _person(
                        subject="good",
                        **{"subject-key": "good"},
                        extensions=[_SIGNING, {"id": "extended_key_usage", "value": ["server_auth"]}, _CRL, _OCSP],
                    ),
                    "sha1": _person(subject="good", **{"subject-key": "good", "digest-algo": "sha1"}),
                    "silent": _person(
                        subject="good",
                        **{"subject-key": "good"},
                        extensions=[
                            _SIGNING,
                            {
                                "id": "authority_information_access",
                                "value": [
                                    {
                                        "access_method": "ocsp",
                                        "access_location": {"uniform_resource_identifier": _nowhere()},
                                    }
                                ],
                            },
                        ],
                    ),
                    "mute": _person(subject="good", **{"subject-key": "good"}, extensions=[_SIGNING]),
                    "strange": {
                        "subject": "good",
                        "subject-key": "good",
                        "issuer": "stranger",
                        "validity": _validity(-30, 335),
                        "extensions": [_SIGNING],
                    },
                },
                "services": {
                    "ocsp": {"interm": {"for-issuer": "interm", "responder-cert": "ocsp", "signing-key": "ocsp"}},
                    "crl-repo": {
                        "root": {"for-issuer": "root", "signing-key": "root", "simulated-update-schedule": "P30D"},
                        "interm": {
                            "for-issuer": "interm",
                            "signing-key": "interm",
                            "simulated-update-schedule": "P30D",
                        },
                    },
                    "time-stamping": {"tsa": {"signing-key": "tsa", "signing-cert": "tsa"}},
                },
            }
        },
    }


def _nowhere() -> str:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}/ocsp"


class _Server(ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class _Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@dataclass
class World:
    """The authorities, up and answering."""

    arch: Any
    url: str
    folder: Path
    asked: list[str] = field(default_factory=list)

    def certificate(self, label: str) -> x509.Certificate:
        return self.arch.get_cert(CertLabel(label))

    def pem(self, label: str) -> bytes:
        from asn1crypto import pem

        return pem.armor("CERTIFICATE", self.certificate(label).dump())

    @property
    def trust(self) -> TrustStore:
        return own([self.certificate("root")])

    def signer(self, label: str, *, chain: bool = True, **settings: Any) -> SimpleSigner:
        spec = self.arch.get_cert_spec(CertLabel(label))
        certificates = SimpleCertificateStore()
        if chain:
            certificates.register(self.certificate("stranger" if label == "strange" else "interm"))
        return SimpleSigner(
            signing_cert=self.certificate(label),
            signing_key=self.arch.key_set.get_private_key(spec.subject_key),
            cert_registry=certificates,
            **settings,
        )

    def stamper(self, at: dt.datetime | None = None, *, label: str = "tsa") -> DummyTimeStamper:
        return DummyTimeStamper(
            self.certificate(label),
            self.arch.key_set.get_private_key(KeyLabel("tsa")),
            fixed_dt=at,
        )

    def sign(
        self,
        label: str,
        content: bytes,
        *,
        detached: bool = True,
        stamper: Any = None,
        digest: str = "sha256",
        chain: bool = True,
        plain: bool = False,
        at: dt.datetime | None = None,
    ) -> bytes:
        """A CAdES-B signature (-T with a `stamper`), DER; `plain` makes it CMS alone."""
        signer = self.signer(label, chain=chain)
        made = run(
            signer.async_sign_general_data(
                content,
                digest,
                detached=detached,
                timestamper=stamper,
                use_cades=not plain,
                **({"signed_attr_settings": _attributes(at)} if at and not plain else {}),
            )
        )
        return made.dump()

    def pkcs12(self, label: str, passphrase: str) -> bytes:
        return self.arch.package_pkcs12(CertLabel(label), password=passphrase.encode())

    def ask(self, **settings: Any) -> Ask:
        from pazar.ground.net.fetching import networks

        return Ask(
            **{
                "trust": self.trust,
                # not NOW: the responders answer by the clock, and a long run of tests would ask for an old moment
                "moment": dt.datetime.now(dt.UTC),
                "asked_at": dt.datetime.now(dt.UTC),
                "responders": Responders(Memory(), inside=networks([LOOPBACK]), seconds=10),
                "mode": Mode.SOFT,
                "company": COMPANY,
                **settings,
            }
        )


def _attributes(at: dt.datetime) -> Any:
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    return PdfCMSSignedAttributes(signing_time=at)


@contextlib.contextmanager
def world(folder: Path) -> Iterator[World]:
    """Bring it up; down again at the end."""
    for name in _KEYS:
        key: Any = (
            rsa.generate_private_key(public_exponent=65537, key_size=1024)
            if name == "weak"
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
            if name in ("good", "tsa")
            else ec.generate_private_key(ec.SECP256R1())
        )
        (folder / f"{name}.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    server = _Server(("127.0.0.1", 0), _Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    arch = CertomancerConfig(_config(url), key_search_dir=str(folder)).get_pki_arch(ArchLabel("world"))
    made = World(arch=arch, url=url, folder=folder)
    animator = Animator(AnimatorArchStore({ArchLabel("world"): arch}), with_web_ui=False)

    def app(environ: dict[str, Any], start: Any) -> Any:
        made.asked.append(environ["PATH_INFO"])
        return animator(environ, start)

    server.set_app(app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
