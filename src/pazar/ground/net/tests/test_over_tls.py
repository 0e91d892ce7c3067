"""The guarded client over TLS: whose certificate, and a handshake that never ends."""

import ipaddress
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pazar.ground.net import fetching
from pazar.ground.net.fetching import Limits, NotFetched
from pazar.ground.net.tests.server import Says, Server

LIMITS = Limits(seconds=5, inside=fetching.networks(["127.0.0.0/8"]))


@pytest.fixture
def context(tmp_path, monkeypatch):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_file, file = tmp_path / "key.pem", tmp_path / "certificate.pem"
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(file, key_file)
    return found


def test_an_answer_comes_over_tls(context):
    with Server(lambda _asked: Says(body=b"safe"), context=context) as server:
        assert fetching.fetch(server.url, limits=LIMITS).body == b"safe"


def test_a_certificate_nobody_vouches_for_is_refused(context, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with Server(lambda _asked: Says(), context=context) as server, pytest.raises(NotFetched) as caught:
        fetching.fetch(server.url, limits=LIMITS)
    assert caught.value.fault == "certificate"


def test_a_redirect_never_leads_out_of_tls(context):
    limits = Limits(seconds=5, redirects=2, inside=LIMITS.inside, with_http=True)
    with (
        Server(lambda _asked: Says()) as bare,
        Server(lambda _asked: Says(status="302 Found", headers={"Location": bare.url}), context=context) as server,
        pytest.raises(NotFetched) as caught,
    ):
        fetching.fetch(server.url, limits=limits)
    assert caught.value.fault == "address_refused"
    assert not bare.asked


def test_a_handshake_that_drips_is_cut_by_the_clock():
    listener = socket.create_server(("127.0.0.1", 0))

    def drip():
        line, _address = listener.accept()
        with line:
            try:
                for byte in b"\x16\x03\x03\x40\x00" + b"\x00" * 200:
                    line.sendall(bytes([byte]))
                    time.sleep(0.1)
            except OSError:
                pass

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    begun = time.monotonic()
    with listener, pytest.raises(NotFetched) as caught:
        fetching.fetch(
            f"https://127.0.0.1:{listener.getsockname()[1]}/", limits=Limits(seconds=0.6, inside=LIMITS.inside)
        )
    assert caught.value.fault == "too_slow"
    assert time.monotonic() - begun < 3
    thread.join(5)
