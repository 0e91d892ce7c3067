"""Calls over TLS, against a real server on loopback whose certificate is trusted for the test."""

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

from pazar.ground.webhooks import calling


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """Of 127.0.0.1, by itself; files of the key and of the certificate, which is trusted."""
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
    return file, key_file


class Server(threading.Thread):
    """One that answers `answer`, a byte each `pause`; that never shakes hands where there is no `context`."""

    def __init__(self, context, answer, pause=0.0):
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._context, self._answer, self._pause = context, answer, pause
        self.start()

    def run(self):
        line, _address = self._listener.accept()
        try:
            if self._context is not None:
                line = self._context.wrap_socket(line, server_side=True)
                came = b""
                # All of it: a line closed with something unread in it is reset, and the answer may be lost.
                while not came.endswith(b"\r\n\r\n{}") and (more := line.recv(65_536)):
                    came += more
            for number in range(len(self._answer)):
                line.sendall(self._answer[number : number + 1])
                time.sleep(self._pause)
        except OSError:
            pass
        finally:
            line.close()
            self._listener.close()


@pytest.fixture
def call(certificate, settings, monkeypatch):
    settings.WEBHOOKS_INSIDE = ["127.0.0.1/32"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def made(answer, *, pause=0.0, safe=True, seconds=10.0):
        monkeypatch.setattr(calling, "TOTAL_SECONDS", seconds)
        server = Server(context if safe else None, answer, pause)
        return calling.post(f"https://127.0.0.1:{server.port}/", body=b"{}", headers={})

    return made


def test_an_answer_comes_over_tls(call):
    assert call(b"HTTP/1.1 204 No Content\r\n\r\n").status == 204


def test_another_name_than_the_certificates_is_refused(call, certificate, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(calling.NotCalled) as caught:
        call(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert caught.value.fault == "certificate"


@pytest.mark.parametrize("safe", [True, False], ids=["the answer", "the handshake"])
def test_a_server_that_drips_is_cut_by_the_clock(call, safe):
    """Each byte comes in time, all of them don't: one such server would hold a worker for hours."""
    begun = time.monotonic()
    slow = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 100 if safe else b"\x16\x03\x03\x40\x00" + b"\x00" * 100
    with pytest.raises(calling.NotCalled) as caught:
        call(slow, pause=0.2, safe=safe, seconds=0.6)
    assert time.monotonic() - begun < 4
    assert caught.value.fault == "no_answer"
