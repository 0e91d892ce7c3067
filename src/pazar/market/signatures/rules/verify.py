"""One file, all its signatures, each check's own verdict: no first fault hides the next (A5)."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from asn1crypto import cms, core, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.general import check_ess_certid
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    extract_self_reported_ts,
    extract_tst_data_iter,
    get_signing_cert_attr,
    message_imprint_checker,
    validate_sig_integrity,
)

from pazar.market.signatures.rules import algorithms, certificates, chain, organisation, reading, revocation, usage
from pazar.market.signatures.rules.kept import Kept, KeptChains
from pazar.market.signatures.rules.reading import Fault, Form, SignedFile, Unreadable
from pazar.market.signatures.rules.revocation import Carried, Mode, Nobody, Responders
from pazar.market.signatures.rules.trust import Purpose, TrustStore
from pazar.market.signatures.rules.verdicts import (
    Check,
    Holder,
    Report,
    Signer,
    State,
    Verdict,
    bad,
    good,
    note,
    unknown,
)

MOST_DEPTH: Final = 5
Digest = Callable[[str], bytes]
"""The digest of what was signed by an algorithm's name. Raises ValueError or KeyError for one it doesn't know."""
# What a library raises over a stranger's bytes; each use says what that means there.
FOREIGN: Final = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RecursionError,
    AssertionError,
)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a signature is judged by.

    `moment` is when it counts as made unless a trusted stamp says an earlier one, `asked_at` is now. `company` is
    (country, number) of whose it should be; `organisation_needed` makes a certificate without a number a fault.
    """

    trust: TrustStore
    moment: datetime
    asked_at: datetime
    responders: Responders = field(default_factory=Nobody)
    mode: Mode = Mode.SOFT
    company: tuple[str, str] | None = None
    organisation_needed: bool = False
    stamp_needed: bool = False
    chains: KeptChains | None = None


def verify(document: bytes, signature: bytes | None, ask: Ask) -> Report:
    """Judge `document` with its detached `signature`, or `document` that holds its own. Never raises over input."""
    try:
        return _verify(document, signature, ask)
    except Unreadable as error:
        return unreadable(error.fault, ask)
    except Exception:
        # Strangers' bytes go through three libraries, which raise what they like; none of it may reach a person as a
        # trace, and a file that can't be judged is never a good one.
        return unreadable(Fault.DAMAGED, ask)


def unreadable(fault: Fault, ask: Ask, **facts: str) -> Report:
    """The report on a file that holds no signature that can be read."""
    return Report(form="", verdicts=(bad(Check.FILE, fault.value, **facts),), moment=ask.moment)


def _verify(document: bytes, signature: bytes | None, ask: Ask) -> Report:
    if signature is None:
        if reading.form_of(document) is Form.PDF and not reading.is_cms(document):
            from pazar.market.signatures.rules import pdf  # the larger half of the library, for PDFs alone

            return pdf.verify(document, ask)
        found = reading.read_cms(document)
        if found.content is None:
            return Report(form="cades", verdicts=(bad(Check.FILE, "file-document-missing"),), moment=ask.moment)
        return _report("cades-enveloping", found, found.content, (), ask)
    try:
        found = reading.read_cms(signature)
    except Unreadable as error:
        # The two are easily given in the wrong order; which is which, their contents say.
        if not signature or not reading.is_cms(document):
            raise error from None
        found, document = reading.read_cms(document), signature
    if found.content is None:
        return _report("cades-detached", found, document, (), ask)
    if found.content != document:
        differs = bad(Check.DOCUMENT, "document-differs")
        return _report("cades-enveloping", found, found.content, (differs,), ask)
    return _report("cades-enveloping", found, found.content, (), ask)


def _report(form: str, found: SignedFile, content: bytes, verdicts: tuple[Verdict, ...], ask: Ask) -> Report:
    read = good(Check.FILE, "file-read", form=form, signatures=str(len(found.signed["signer_infos"])))
    signers = list(of_signed_data(found, content, ask))
    inner = found.content if found.content is not None else None
    depth = 1
    # A signature over a signature (.p7m in .p7m): each layer has to hold.
    while inner is not None and inner[:1] in (b"0", b"-", b"M") and depth < MOST_DEPTH:
        try:
            within = reading.read_cms(inner)
        except Unreadable:
            break
        if within.content is None:
            break
        signers += [replace(one, depth=depth) for one in of_signed_data(within, within.content, ask)]
        content, inner, depth = within.content, within.content, depth + 1
    return Report(
        form=form,
        verdicts=(read, *verdicts),
        signers=tuple(signers),
        moment=ask.moment,
        digest=hashlib.sha256(content).hexdigest(),
    )


Proof = tuple[datetime, Verdict]
"""A moment at which a signature demonstrably existed, and the verdict on the stamp that proves it."""


def of_signed_data(
    found: SignedFile, content: bytes, ask: Ask, carried: Carried | None = None, proof: Proof | None = None
) -> Sequence[Signer]:
    """Each signer's verdicts over `content`."""
    digest = digest_of(content)
    within = carried or Carried()
    others = [*_certificates(found.signed), *within.certificates]
    within = replace(within, crls=(*within.crls, *_crls(found.signed)))
    made = []
    for info in found.signed["signer_infos"]:
        try:
            made.append(_signer(info, found.content_type, digest, content, others, within, ask, proof))
        except (*FOREIGN, SignatureValidationError):
            made.append(Signer(verdicts=(bad(Check.SIGNATURE, "signature-damaged"),)))
    return made


def digest_of(content: bytes) -> Digest:
    """Digests of `content`, each algorithm's made once: fifty megabytes have several signers."""
    made: dict[str, bytes] = {}

    def digest(name: str) -> bytes:
        if name not in made:
            made[name] = hashlib.new(name, content, usedforsecurity=False).digest()
        return made[name]

    return digest


def _certificates(signed: cms.SignedData) -> list[x509.Certificate]:
    found = []
    for choice in signed["certificates"] or ():
        try:
            if choice.name == "certificate":
                one = choice.chosen
                _ = one.issuer_serial, one.not_valid_after
                found.append(one)
        except FOREIGN:
            continue
    return found


def _crls(signed: cms.SignedData) -> list[bytes]:
    found = []
    for choice in signed["crls"] or ():
        try:
            found.append(choice.chosen.dump())
        except FOREIGN:
            continue
    return found


def _own_certificate(info: cms.SignerInfo, known: Sequence[x509.Certificate]) -> x509.Certificate | None:
    sid = info["sid"]
    for one in known:
        if sid.name == "issuer_and_serial_number":
            if one.serial_number == sid.chosen["serial_number"].native and one.issuer == sid.chosen["issuer"]:
                return one
        elif one.key_identifier is not None and one.key_identifier == sid.chosen.native:
            return one
    return None


def _signer(
    info: cms.SignerInfo,
    content_type: str,
    digest: Digest,
    content: bytes | None,
    others: Sequence[x509.Certificate],
    carried: Carried,
    ask: Ask,
    proof: Proof | None,
) -> Signer:
    anchors = [anchor.certificate for anchor in ask.trust.anchors]
    certificate = _own_certificate(info, others) or _own_certificate(info, anchors)
    attributes = info["signed_attrs"]
    claimed = _claimed(info)
    verdicts = [_document(info, digest, content)]
    if certificate is None:
        verdicts.append(unknown(Check.SIGNATURE, "signature-not-checked"))
        verdicts.append(bad(Check.SIGNER, "signer-missing"))
        verdicts += _algorithms(info, ())
        return Signer(verdicts=tuple(verdicts), claimed_at=claimed)
    verdicts.append(_signature(info, certificate, content_type, digest))
    bound = _bound(certificate, attributes)
    verdicts.append(bound)
    stamp, stamped_at = _stamp(info, others, carried, ask)
    if stamped_at is None and proof is not None and stamp.state is not State.BAD:
        stamped_at, stamp = proof
    # What a trusted stamp proves existed by then is judged by then.
    moment = stamped_at or ask.moment
    links, path, revoked = _chain(certificate, others, carried, Purpose.SIGNING, moment, ask)
    verdicts += _algorithms(info, links or (certificate,))
    verdicts += [path, _dates(certificate, links, moment), revoked, usage.of_signer(certificate)]
    held = certificates.holder(certificate)
    verdicts.append(_organisation(held, ask))
    verdicts.append(stamp)
    level = ""
    if bound.code == "signer-bound":
        level = "T" if stamped_at is not None else "B"
    return Signer(verdicts=tuple(verdicts), holder=held, level=level, claimed_at=claimed, stamped_at=stamped_at)


def _claimed(info: cms.SignerInfo) -> datetime | None:
    try:
        found = extract_self_reported_ts(info)
    except (*FOREIGN, SignatureValidationError):
        return None
    return found if isinstance(found, datetime) else None


def _digest_name(info: cms.SignerInfo) -> str:
    return str(info["digest_algorithm"]["algorithm"].native)


def _attribute_digest(info: cms.SignerInfo) -> bytes | None:
    attributes = info["signed_attrs"]
    if isinstance(attributes, core.Void):
        return None
    found = [
        bytes(value)
        for attribute in attributes
        if attribute["type"].native == "message_digest"
        for value in attribute["values"]
    ]
    if len(found) != 1:
        raise ValueError("message digest not once")
    return found[0]


def _document(info: cms.SignerInfo, digest: Digest, content: bytes | None) -> Verdict:
    """Whether the document is the one that was signed: by its digest in the signed attributes."""
    name = _digest_name(info)
    try:
        now = digest(name)
    except (ValueError, KeyError):
        return unknown(Check.DOCUMENT, "document-digest-unknown", algorithm=certificates.shown(name))
    signed = _attribute_digest(info)
    if signed is None:
        # Then the signature is over the document itself, and says it.
        return good(Check.DOCUMENT, "document-signed-directly")
    if signed == now:
        return good(Check.DOCUMENT, "document-unchanged", algorithm=_written(name))
    if content is not None and b"\0" not in content and b"\n" in content:
        # Signing tools made for mail sign CR LF, whatever the file has.
        lines = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if hashlib.new(name, lines, usedforsecurity=False).digest() == signed:
            return note(Check.DOCUMENT, "document-line-ends")
    return bad(Check.DOCUMENT, "document-altered")


_SUPPORTED: Final = frozenset(("rsassa_pkcs1v15", "rsassa_pss", "dsa", "ecdsa", "ed25519", "ed448"))


def _algorithm(info: cms.SignerInfo) -> str:
    algorithm = info["signature_algorithm"]
    try:
        return str(algorithm.signature_algo)
    except ValueError:
        return str(algorithm["algorithm"].native)


def _written(name: str) -> str:
    return re.sub(r"^SHA(?=\d)", "SHA-", name.upper())


def _signature(info: cms.SignerInfo, certificate: x509.Certificate, content_type: str, digest: Digest) -> Verdict:
    """Whether the key of the certificate made this signature."""
    name = _algorithm(info)
    if name not in _SUPPORTED:
        return bad(Check.SIGNATURE, "signature-algorithm-unknown", algorithm=certificates.shown(name))
    try:
        signed = _attribute_digest(info)
        # What the signature says of the document is the document's verdict; here the key alone is asked about.
        _intact, right = validate_sig_integrity(
            info, certificate, content_type, signed if signed is not None else digest(_digest_name(info))
        )
    except SignatureValidationError as error:
        return bad(Check.SIGNATURE, "signature-inconsistent", detail=certificates.shown(error.failure_message))
    except (*FOREIGN, UnsupportedAlgorithm):
        return bad(Check.SIGNATURE, "signature-algorithm-unknown", algorithm=certificates.shown(name))
    if right:
        return good(Check.SIGNATURE, "signature-right")
    return bad(Check.SIGNATURE, "signature-wrong")


def _bound(certificate: x509.Certificate, attributes: cms.CMSAttributes) -> Verdict:
    """CAdES: the signed attributes name the very certificate, so that no other can be put in its place."""
    if isinstance(attributes, core.Void):
        return note(Check.SIGNER, "signer-not-bound")
    try:
        attribute = get_signing_cert_attr(attributes)
        if attribute is None:
            return note(Check.SIGNER, "signer-not-bound")
        fits = check_ess_certid(certificate, attribute["certs"][0])
    except (*FOREIGN, SignatureValidationError):
        fits = False
    return good(Check.SIGNER, "signer-bound") if fits else bad(Check.SIGNER, "signer-other")


def _algorithms(info: cms.SignerInfo, links: Sequence[x509.Certificate]) -> list[Verdict]:
    own = list(dict.fromkeys(algorithms.weak_in_signature(info)))
    # The signer's own certificate's key first: it is what he can change.
    chain_ = list(dict.fromkeys(algorithms.weak_in_certificates(tuple(reversed(links)))))
    found = []
    if own:
        found.append(bad(Check.ALGORITHMS, "algorithms-weak", names=", ".join(own)))
    if chain_:
        found.append(bad(Check.ALGORITHMS, "algorithms-weak-certificate", names=", ".join(chain_)))
    return found or [good(Check.ALGORITHMS, "algorithms-strong", digest=_written(_digest_name(info)))]


def _chain(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    carried: Carried,
    purpose: Purpose,
    moment: datetime,
    ask: Ask,
) -> tuple[tuple[x509.Certificate, ...], Verdict, Verdict]:
    """The links up to the anchor, the chain's verdict and revocation's; remembered for signatures of this hour."""
    is_now = moment == ask.moment and abs(ask.asked_at - moment) < revocation.TOLERANCE
    keep = ask.chains if is_now and not carried.ocsps and not carried.crls else None
    key = (certificate.sha256, tuple(sorted(one.sha256 for one in others)), purpose, ask.trust.digest, ask.mode)
    if keep is not None:
        known = keep.get(key, ask.asked_at)
        if known is not None:
            return known.links, known.chain, known.revocation
    found = chain.build(certificate, others=others, trust=ask.trust, purpose=purpose, moment=moment)
    if found.verdict.code == "chain-incomplete":
        fetched = _fetched(certificate, others, ask.responders)
        if fetched:
            found = chain.build(
                certificate, others=(*others, *fetched), trust=ask.trust, purpose=purpose, moment=moment
            )
    judged = revocation.judge(
        found,
        trust=ask.trust,
        purpose=purpose,
        responders=ask.responders,
        carried=carried,
        moment=moment,
        asked_at=ask.asked_at,
        mode=ask.mode,
    )
    if keep is not None and found.path is not None and judged.usable_until is not None:
        keep.put(
            key,
            Kept(links=found.links, chain=found.verdict, revocation=judged.verdict),
            now=ask.asked_at,
            until=judged.usable_until,
        )
    return found.links, found.verdict, judged.verdict


def _fetched(
    certificate: x509.Certificate, others: Sequence[x509.Certificate], responders: Responders
) -> list[x509.Certificate]:
    """Issuers that the signature left out, from where the certificates say they lie."""
    found: list[x509.Certificate] = []
    top = certificate
    for _step in range(3):
        known = [one for one in (*others, *found) if one.subject == top.issuer]
        upper = known or [one for one in responders.issuers(top) if chain.is_signed_by(top, one)]
        if not upper or certificates.is_self_issued(upper[0]):
            break
        if not known:
            found.append(upper[0])
        top = upper[0]
    return found


def _dates(certificate: x509.Certificate, links: Sequence[x509.Certificate], moment: datetime) -> Verdict:
    since, until = certificate.not_valid_before, certificate.not_valid_after
    facts = {"since": since.isoformat(), "until": until.isoformat(), "moment": moment.isoformat()}
    if moment < since:
        return bad(Check.DATES, "dates-not-yet", **facts)
    if moment > until:
        return bad(Check.DATES, "dates-expired", **facts)
    for link in links:
        if not link.not_valid_before <= moment <= link.not_valid_after:
            return bad(
                Check.DATES,
                "dates-authority",
                authority=certificates.short(link.subject),
                since=link.not_valid_before.isoformat(),
                until=link.not_valid_after.isoformat(),
            )
    return good(Check.DATES, "dates-good", **facts)


def _organisation(held: Holder, ask: Ask) -> Verdict:
    numbers = ", ".join(number for _country, number in held.organisation_numbers)
    if ask.company is None:
        return note(
            Check.ORGANISATION,
            "organisation-not-asked",
            organisation=held.organisation or held.name,
            numbers=certificates.shown(numbers),
        )
    country, number = ask.company
    if not held.organisation_numbers:
        make = bad if ask.organisation_needed else note
        return make(Check.ORGANISATION, "organisation-none", name=held.name, company=number)
    if organisation.any_same(country, number, held.organisation_numbers):
        return good(Check.ORGANISATION, "organisation-same", company=number, organisation=held.organisation)
    return bad(
        Check.ORGANISATION,
        "organisation-other",
        company=number,
        numbers=certificates.shown(numbers),
        organisation=held.organisation,
    )


def _stamp(
    info: cms.SignerInfo, others: Sequence[x509.Certificate], carried: Carried, ask: Ask
) -> tuple[Verdict, datetime | None]:
    """The verdict on the signature's time stamp, and its moment if it can be relied on."""
    worst: Verdict | None = None
    try:
        for token in extract_tst_data_iter(info, signed=False):
            verdict, at = of_token(token, message_imprint_checker(info), others, carried, ask)
            if at is not None:
                return verdict, at
            worst = verdict
    except (*FOREIGN, SignatureValidationError):
        worst = bad(Check.STAMP, "stamp-damaged")
    if worst is not None:
        return worst, None
    make = bad if ask.stamp_needed else note
    return make(Check.STAMP, "stamp-none"), None


def of_token(
    token: cms.SignedData, imprint: Digest, others: Sequence[x509.Certificate], carried: Carried, ask: Ask
) -> tuple[Verdict, datetime | None]:
    """A time stamp token (RFC 3161) over what `imprint` digests: its verdict, and its moment if it is good."""
    told = token["encap_content_info"]["content"].parsed
    at = told["gen_time"].native
    asked = told["message_imprint"]
    if not isinstance(at, datetime):
        return bad(Check.STAMP, "stamp-damaged"), None
    if imprint(str(asked["hash_algorithm"]["algorithm"].native)) != asked["hashed_message"].native:
        return bad(Check.STAMP, "stamp-of-other"), None
    content = bytes(token["encap_content_info"]["content"])
    own = [*_certificates(token), *others]
    info = token["signer_infos"][0]
    certificate = _own_certificate(info, own) or _own_certificate(
        info, [anchor.certificate for anchor in ask.trust.anchors]
    )
    if certificate is None or len(token["signer_infos"]) != 1:
        return bad(Check.STAMP, "stamp-damaged"), None
    digest = digest_of(content)
    authority = certificates.short(certificate.subject)
    facts = {"at": at.isoformat(), "authority": authority}
    checks = (_document(info, digest, None), _signature(info, certificate, "tst_info", digest))
    if any(one.code not in ("document-unchanged", "signature-right") for one in checks):
        return bad(Check.STAMP, "stamp-wrong", **facts), None
    if _bound(certificate, info["signed_attrs"]).code == "signer-other" or not usage.of_stamp(certificate):
        return bad(Check.STAMP, "stamp-wrong", **facts), None
    if at > ask.asked_at + revocation.TOLERANCE:
        return bad(Check.STAMP, "stamp-from-future", **facts), None
    links, path, revoked = _chain(certificate, own, carried, Purpose.STAMPING, at, ask)
    if path.code != "chain-trusted":
        make = bad if ask.stamp_needed else note
        return make(Check.STAMP, "stamp-untrusted", **facts), None
    if _dates(certificate, links, at).code != "dates-good":
        return bad(Check.STAMP, "stamp-out-of-date", **facts), None
    if revoked.state is State.BAD and revoked.code in ("revocation-revoked", "revocation-authority-revoked"):
        return bad(Check.STAMP, "stamp-revoked", **facts), None
    weak = [*algorithms.weak_in_signature(info), *algorithms.weak_in_certificates(links)]
    if weak:
        return bad(Check.STAMP, "stamp-weak", names=", ".join(dict.fromkeys(weak)), **facts), None
    return good(Check.STAMP, "stamp-good", **facts), at
