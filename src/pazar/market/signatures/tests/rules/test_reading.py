"""Whatever a stranger hands in is told for what it is, and never leads to a trace."""

import base64
import io
import zipfile

import pytest
from asn1crypto import cms, pem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pazar.market.signatures.rules.reading import Fault, Unreadable, read_cms
from pazar.market.signatures.rules.verdicts import Outcome
from pazar.market.signatures.rules.verify import verify

DOCUMENT = b"one line\nanother line\n"


@pytest.mark.parametrize("label", ["CMS", "PKCS7"])
def test_armour_is_read(world, label):
    armoured = pem.armor(label, world.sign("good", DOCUMENT))
    assert verify(DOCUMENT, armoured, world.ask()).outcome is Outcome.VALID
    assert verify(DOCUMENT, b"Some words before\r\n" + armoured.replace(b"\n", b"\r\n"), world.ask()).is_good


def test_bare_base64_is_read(world):
    assert verify(DOCUMENT, base64.encodebytes(world.sign("good", DOCUMENT)), world.ask()).is_good


def test_indefinite_lengths_are_read(world):
    """What streaming programs write: every outer length open, the document in pieces."""
    inner = cms.ContentInfo.load(world.sign("good", DOCUMENT, detached=False))["content"]
    pieces = b"".join(b"\x04" + bytes([len(part)]) + part for part in (DOCUMENT[:7], DOCUMENT[7:]))
    content = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80" + pieces + b"\x00" * 6
    body = (
        inner["version"].dump()
        + inner["digest_algorithms"].dump()
        + content
        + inner["certificates"].dump()
        + inner["signer_infos"].dump()
    )
    open_ended = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80" + body + b"\x00\x00" * 3
    report = verify(open_ended, None, world.ask())
    assert report.outcome is Outcome.VALID, report


def test_text_signed_as_mail_is_good_with_a_note(world):
    report = verify(DOCUMENT, world.sign("good", DOCUMENT.replace(b"\n", b"\r\n")), world.ask())
    assert report.outcome is Outcome.VALID
    assert "document-line-ends" in report.codes
    binary = DOCUMENT + b"\0"
    assert "document-altered" in verify(binary, world.sign("good", binary.replace(b"\n", b"\r\n")), world.ask()).codes


def _container():
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
    return raw.getvalue()


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"hello", Fault.OTHER),
        (b"\x30", Fault.DAMAGED),
        (b"\x30\x82\xff\xff\x06\x01", Fault.DAMAGED),
        (b"\x30\x80" * 5000, Fault.DAMAGED),
        (b"-----BEGIN CMS-----\n####\n-----END CMS-----\n", Fault.DAMAGED),
        (b"-----BEGIN CMS-----\nMIIB", Fault.DAMAGED),
        (b'<?xml version="1.0"?><a/>', Fault.XML),
        (b'<a><x:Signature xmlns:x="http://www.w3.org/2000/09/xmldsig#"/></a>', Fault.XADES),
        (b"MIME-Version: 1.0\r\n\r\n", Fault.MAIL),
        (_container(), Fault.ASIC),
        (b"PK\x03\x04broken", Fault.OTHER),
    ],
    ids=lambda value: value.value if isinstance(value, Fault) else "",
)
def test_what_is_no_signature_is_told_for_what_it_is(raw, fault):
    with pytest.raises(Unreadable) as caught:
        read_cms(raw)
    assert caught.value.fault is fault


def test_key_files_certificates_and_encrypted_mail_are_told(world):
    for raw, fault in (
        (world.pkcs12("good", "secret"), Fault.KEY_FILE),
        (world.pem("good"), Fault.CERTIFICATE),
        (world.certificate("good").dump(), Fault.CERTIFICATE),
        ((world.folder / "good.pem").read_bytes(), Fault.PRIVATE_KEY),
    ):
        with pytest.raises(Unreadable) as caught:
            read_cms(raw)
        assert caught.value.fault is fault


def test_a_detached_signature_alone_lacks_its_document(world):
    report = verify(world.sign("good", DOCUMENT), None, world.ask())
    assert (report.outcome, report.codes) == (Outcome.UNREADABLE, {"file-document-missing"})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_signature_is_judged_and_never_held_good(world, data):
    good = _SIGNED.setdefault("der", world.sign("good", DOCUMENT))
    cut = data.draw(st.integers(0, len(good)))
    raw = bytearray(good[:cut] if data.draw(st.booleans()) else good)
    for _change in range(data.draw(st.integers(0, 4))):
        if raw:
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    report = verify(DOCUMENT, bytes(raw), world.ask(trust=world.ask().trust, mode="off"))
    if report.is_good:
        # Only what isn't under the signature may differ: the certificates beside it, or the file's own wrapping.
        assert {"document-unchanged", "signature-right"} <= report.codes
        assert report.signers[0].holder.name == "Иван Иванов"


_SIGNED: dict[str, bytes] = {}


@settings(max_examples=200, deadline=None)
@given(raw=st.one_of(st.binary(max_size=400), st.binary(max_size=300).map(lambda tail: b"\x30\x82\x01\x00" + tail)))
def test_noise_is_no_signature(raw):
    with pytest.raises(Unreadable):
        read_cms(raw)
