"""What a file is, told by its content: a CMS signature in any of its spellings, a PDF, or something else (A5)."""

import base64
import binascii
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any, Final

from asn1crypto import cms, core, keys, parser, pkcs12, x509


class Form(StrEnum):
    CMS = "cms"
    PDF = "pdf"
    NOTHING = ""


class Fault(StrEnum):
    """Why a file isn't a signature; each has its sentence."""

    MISSING = "file-missing"
    EMPTY = "file-empty"
    TOO_LARGE = "file-too-large"
    DAMAGED = "file-damaged"
    OTHER = "file-not-signature"
    XADES = "file-xades"
    XML = "file-xml"
    ASIC = "file-asic"
    KEY_FILE = "file-key-file"
    PRIVATE_KEY = "file-private-key"
    CERTIFICATE = "file-certificate-only"
    ENCRYPTED = "file-encrypted"
    MAIL = "file-mail"
    CERTIFICATES = "file-no-signers"


class Unreadable(ValueError):
    """The file holds no signature that can be read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class SignedFile:
    """A CMS SignedData, and the content it carries itself, if it does."""

    signed: cms.SignedData
    content_type: str
    content: bytes | None


_ARMOUR: Final = re.compile(rb"-----BEGIN ([A-Z0-9 #]+?)-----(.*?)-----END \1-----", re.DOTALL)
_CMS_LABELS: Final = frozenset((b"CMS", b"PKCS7", b"PKCS #7 SIGNED DATA", b"SIGNED MESSAGE"))
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/=\s]+\Z")
_SEQUENCE: Final = 0x30
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
MOST_SIGNERS: Final = 100
_MOST_BYTES: Final = {"signer_infos": 40_000_000, "certificates": 5_000_000, "crls": 60_000_000}
_MOST_OTHER: Final = 2_000_000  # keys and certificates are small; what isn't is not taken apart to be named


def form_of(raw: bytes) -> Form:
    """A guess by the first bytes; `read_cms` or the PDF's reader has the last word."""
    # A PDF may have a little before its head: Acrobat looks into the first kilobyte.
    if b"%PDF-" in raw[:1024]:
        return Form.PDF
    return Form.CMS


def is_cms(raw: bytes) -> bool:
    """Whether `raw` is signed data, in whatever spelling."""
    try:
        read_cms(raw)
    except Unreadable:
        return False
    return True


def read_cms(raw: bytes) -> SignedFile:
    """The SignedData in `raw`: DER or BER, PEM or bare base64. Raises Unreadable."""
    if not raw:
        raise Unreadable(Fault.EMPTY)
    der = _unarmoured(raw)
    if not der or der[0] != _SEQUENCE:
        raise Unreadable(_what_else(raw))
    try:
        return _signed(der)
    except Unreadable:
        raise
    # A library that reads foreign bytes raises what it likes, RecursionError among it; any of it means the same.
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        raise Unreadable(_what_der(der)) from error


def _unarmoured(raw: bytes) -> bytes:
    head = raw.lstrip()[:4096]
    if head.startswith(b"-----BEGIN ") or b"\n-----BEGIN " in head:
        other: Fault | None = None
        for found in _ARMOUR.finditer(raw):
            label = found.group(1)
            if label in _CMS_LABELS:
                return _from_base64(found.group(2))
            if label.endswith(b"PRIVATE KEY"):
                other = Fault.PRIVATE_KEY
            elif label.endswith(b"CERTIFICATE"):
                other = other or Fault.CERTIFICATE
        raise Unreadable(other or (Fault.OTHER if _ARMOUR.search(raw) else Fault.DAMAGED))
    if raw[0] == _SEQUENCE and (len(raw) < 2 or raw[1] & 0x80 or not _BASE64.match(raw[:4096])):
        return raw
    text = raw
    for mark in _MARKS:
        if raw.startswith(mark):
            text = raw[len(mark) :]
    if text[:1] in (b"M", b" ", b"\n", b"\r") and _BASE64.match(text[:4096]):
        try:
            return _from_base64(text)
        except Unreadable:
            return raw
    return raw


def _from_base64(text: bytes) -> bytes:
    # Old armours carry "Name: value" lines above the text.
    lines = [line for line in text.splitlines() if b":" not in line]
    compact = b"".join(b"".join(lines).split())
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable(Fault.DAMAGED) from error


def _signed(der: bytes) -> SignedFile:
    info = cms.ContentInfo.load(der)
    kind = info["content_type"].native
    if kind in ("enveloped_data", "encrypted_data", "authenticated_enveloped_data"):
        raise Unreadable(Fault.ENCRYPTED)
    if kind != "signed_data":
        raise Unreadable(_what_der(der))
    signed = info["content"]
    if not isinstance(signed, cms.SignedData):
        raise Unreadable(Fault.DAMAGED)
    if any(len(signed[name].contents or b"") > most for name, most in _MOST_BYTES.items()):
        # Millions of tiny members would take gigabytes once they are taken apart.
        raise Unreadable(Fault.DAMAGED)
    if not len(signed["signer_infos"]):
        raise Unreadable(Fault.CERTIFICATES)
    if len(signed["signer_infos"]) > MOST_SIGNERS:
        raise Unreadable(Fault.DAMAGED)
    inner = signed["encap_content_info"]
    return SignedFile(signed=signed, content_type=str(inner["content_type"].native), content=_content(inner["content"]))


def _content(value: Any) -> bytes | None:  # Any: asn1crypto's own values
    if value is None or isinstance(value, core.Void):
        return None
    # PKCS #7 (not CMS) lets any type stand here; what is signed is its contents without tag and length.
    if not isinstance(value, core.OctetString | core.ParsableOctetString):
        chosen = getattr(value, "parsed", value)
        if not isinstance(chosen, core.OctetString | core.ParsableOctetString):
            return bytes(chosen.contents)
        value = chosen
    return bytes(value)


def _what_else(raw: bytes) -> Fault:
    text = raw.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        # Namespaces may be bound to any prefix; the algorithm's own address is always there.
        return Fault.XADES if b"http://www.w3.org/2000/09/xmldsig#" in raw else Fault.XML
    if raw.startswith(b"PK\x03\x04"):
        return Fault.ASIC if _is_asic(raw) else Fault.OTHER
    if re.match(rb"(?i)(mime-version|content-type|from|received|return-path|date|subject):", text[:64]):
        return Fault.MAIL
    return Fault.OTHER


def _is_asic(raw: bytes) -> bool:
    if b"application/vnd.etsi.asic" in raw[:256]:
        return True
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            names = archive.namelist()[:1000]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return False
    return any(re.fullmatch(r"(?i)META-INF/[^/]*signature[^/]*\.(xml|p7s)", name) for name in names)


def _what_der(der: bytes) -> Fault:
    """Of DER that isn't signed data: what people send by mistake."""
    try:
        trailer = parser.parse(der, strict=False)[5]
    except (ValueError, RecursionError):
        return Fault.DAMAGED
    if len(der) > _MOST_OTHER:
        return Fault.OTHER if not trailer else Fault.DAMAGED
    for fault, kind in (
        (Fault.KEY_FILE, pkcs12.Pfx),
        (Fault.CERTIFICATE, x509.Certificate),
        (Fault.PRIVATE_KEY, keys.PrivateKeyInfo),
        (Fault.PRIVATE_KEY, keys.EncryptedPrivateKeyInfo),
    ):
        try:
            found = kind.load(der)
            _ = found.native if kind is not x509.Certificate else found["tbs_certificate"]["serial_number"].native
            if kind is pkcs12.Pfx and found["version"].native not in ("v3", 3):
                continue
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError):
            continue
        return fault
    return Fault.OTHER if not trailer else Fault.DAMAGED
