"""Signatures inside a PDF (PAdES): what each covers, and what was done to the document after it (A5)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from pazar.market.signatures.rules import reading
from pazar.market.signatures.rules import verify as verifying
from pazar.market.signatures.rules.reading import SignedFile, Unreadable
from pazar.market.signatures.rules.revocation import Carried
from pazar.market.signatures.rules.verdicts import Check, Report, Signer, State, Verdict, bad, good, note


@dataclass(frozen=True, kw_only=True)
class _Proof:
    at: datetime
    covers_up_to: int
    verdict: Verdict


_FOREIGN = (*verifying.FOREIGN, PdfError, SignatureValidationError)


def verify(document: bytes, ask: verifying.Ask) -> Report:
    """Every signature of a PDF."""
    try:
        reader = PdfFileReader(BytesIO(document), strict=False)
        if reader.encrypted:
            return _of_file(ask, "file-pdf-encrypted")
        signatures = reader.embedded_signatures
    except _FOREIGN:
        return _of_file(ask, "file-pdf-damaged")
    regular = [one for one in signatures if one.sig_object_type == "/Sig"]
    if not regular:
        return _of_file(ask, "file-pdf-stamped-only" if signatures else "file-pdf-unsigned")
    carried = _carried(reader)
    proofs = _proved(signatures, carried, ask)
    signers = [_signer(one, proofs, carried, ask) for one in regular]
    last = max((int(one.byte_range[2]) + int(one.byte_range[3]) for one in signatures), default=0)
    verdicts = [good(Check.FILE, "file-read", form="pades", signatures=str(len(regular)))]
    if document[last:].strip(b"\0\r\n\t "):
        verdicts.append(note(Check.FILE, "file-pdf-appended"))
    return Report(
        form="pades",
        verdicts=tuple(verdicts),
        signers=tuple(signers),
        moment=ask.moment,
        digest=hashlib.sha256(document).hexdigest(),
    )


# They sign SHA-1 alone; PDF 2.0 dropped them.
_OLD_FORMS = ("/adbe.pkcs7.sha1", "/adbe.x509.rsa_sha1")


def _of_file(ask: verifying.Ask, code: str) -> Report:
    return Report(form="", verdicts=(bad(Check.FILE, code),), moment=ask.moment)


def _signer(one: EmbeddedPdfSignature, proofs: Sequence[_Proof], carried: Carried, ask: verifying.Ask) -> Signer:
    whole = _whole(one)
    if one.sig_object.get("/SubFilter") in _OLD_FORMS:
        return Signer(verdicts=(whole, bad(Check.SIGNATURE, "signature-pdf-old")))
    try:
        info = cms.ContentInfo.load(one.pkcs7_content)
        if not isinstance(info["content"], cms.SignedData):
            raise Unreadable(reading.Fault.DAMAGED)
        found = SignedFile(
            signed=info["content"],
            content_type=str(info["content"]["encap_content_info"]["content_type"].native),
            content=None,
        )
        covered = _covered(one)
        end = int(one.byte_range[2]) + int(one.byte_range[3])
        proved = min((proof for proof in proofs if proof.covers_up_to > end), key=lambda proof: proof.at, default=None)
        made = verifying.of_signed_data(found, covered, ask, carried, (proved.at, proved.verdict) if proved else None)
    except (*_FOREIGN, Unreadable):
        return Signer(verdicts=(whole, bad(Check.SIGNATURE, "signature-damaged")))
    if len(made) != 1:
        return Signer(verdicts=(whole, bad(Check.SIGNATURE, "signature-damaged")))
    first, *rest = made[0].verdicts
    # Mended line ends are for mail's text; a PDF's bytes are as they are.
    if first.code == "document-line-ends":
        first = bad(Check.DOCUMENT, "document-altered")
    return replace(made[0], verdicts=(first, whole, *rest))


def _covered(one: EmbeddedPdfSignature) -> bytes:
    """The bytes that the signature is over."""
    stream = one.reader.stream
    parts = []
    ranges = [int(value) for value in one.byte_range]
    size = stream.seek(0, 2)
    for start, length in zip(ranges[::2], ranges[1::2], strict=True):
        if start < 0 or length < 0 or start + length > size:
            raise ValueError("a range outside the file")
        stream.seek(start)
        parts.append(stream.read(length))
    return b"".join(parts)


def _whole(one: EmbeddedPdfSignature) -> Verdict:
    """Whether what is seen today is what was signed."""
    try:
        one.compute_integrity_info()
    except _FOREIGN:
        return bad(Check.DOCUMENT, "document-pdf-doubtful")
    coverage = one.coverage
    if coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return good(Check.DOCUMENT, "document-pdf-whole")
    if coverage != SignatureCoverageLevel.ENTIRE_REVISION:
        return bad(Check.DOCUMENT, "document-pdf-partly")
    level: Any = getattr(one.diff_result, "modification_level", None)
    if level in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES):
        return good(Check.DOCUMENT, "document-pdf-prolonged")
    if one.summarise_integrity_info()["docmdp_ok"]:
        # Fields were filled in, signatures or comments added: the signer left that open.
        return note(Check.DOCUMENT, "document-pdf-filled")
    return bad(Check.DOCUMENT, "document-pdf-changed")


def _carried(reader: PdfFileReader) -> Carried:
    """Answers about revocation that somebody put into the document for later (PAdES-LT)."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
        return Carried(
            ocsps=tuple(one.dump() for one in store.ocsps),
            crls=tuple(one.dump() for one in store.crls),
            certificates=tuple(store.load_certs()),
        )
    except _FOREIGN:
        return Carried()


def _proved(signatures: Sequence[EmbeddedPdfSignature], carried: Carried, ask: verifying.Ask) -> list[_Proof]:
    """What trusted stamps over the document prove: all that stands before each was there by then (PAdES-LTA)."""
    found = []
    for one in signatures:
        if one.sig_object_type != "/DocTimeStamp":
            continue
        try:
            covered = _covered(one)
            verdict, at = verifying.of_token(
                one.signed_data, verifying.digest_of(covered), carried.certificates, carried, ask
            )
            start, length = int(one.byte_range[2]), int(one.byte_range[3])
        except _FOREIGN:
            continue
        if at is not None and _whole(one).state is not State.BAD:
            found.append(_Proof(at=at, covers_up_to=start + length, verdict=verdict))
    return found
