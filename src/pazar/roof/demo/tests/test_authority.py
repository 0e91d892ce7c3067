"""The demo's key files: what is signed with them holds here, and an expired one is told for what it is."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from django.test import Client
from tests.factories import make_company, make_person

from pazar.ground.identity.rules.roles import Role
from pazar.market.signatures.adapters import desk
from pazar.market.signatures.rules.verify import verify
from pazar.roof.demo import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(settings, tmp_path):
    settings.TRUST, settings.DATA = str(tmp_path / "trust"), tmp_path
    return make_company("Алфа ЕООД", number="131129282")


def _report(company, state):
    person = make_person(company, Role.OWNER, name="Иван Иванов")
    raw = Client().get(f"/demo/signing-key/{person.pk}/{state}.p12").content
    key, certificate, others = pkcs12.load_key_and_certificates(raw, cast.PASSWORD.encode())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"x").add_signer(certificate, key, hashes.SHA256())
    for other in others:
        builder = builder.add_certificate(other)
    options = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature]
    signature = builder.sign(serialization.Encoding.DER, options)
    return verify(b"x", signature, desk.ask(company=("BG", "131129282")))


def test_what_is_signed_with_a_persons_file_holds_in_the_demo(company):
    report = _report(company, "good")
    assert report.is_good, report
    assert {"chain-trusted", "organisation-same"} <= report.codes


def test_an_expired_file_is_told_so_and_nothing_else(company):
    report = _report(company, "expired")
    assert [one.code for one in report.all_verdicts() if one.state == "bad"] == ["dates-expired"]


def test_the_authority_is_made_once(company, tmp_path):
    _report(company, "good")
    first = hashlib.sha256((tmp_path / "trust" / "demo-authority.pem").read_bytes()).digest()
    _report(company, "good")
    assert hashlib.sha256((tmp_path / "trust" / "demo-authority.pem").read_bytes()).digest() == first
    assert (tmp_path / "demo" / "authority.key").stat().st_mode & 0o077 == 0


def test_who_is_nobody_has_no_file(company):
    stranger = make_person(name="Никой")
    assert Client().get(f"/demo/signing-key/{stranger.pk}/good.p12").status_code == 404
