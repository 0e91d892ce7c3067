"""The words to each verdict: what was seen, why it matters, what to do (A5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as plain
from django.utils.translation import gettext_lazy as _

from pazar.ground.ui import formats
from pazar.market.signatures.rules.verdicts import Check, Outcome, Report, State, Verdict

Words = str | Promise

CHECKS: Final[Mapping[Check, Words]] = {
    Check.FILE: _("File"),
    Check.DOCUMENT: _("Document"),
    Check.SIGNATURE: _("Signature"),
    Check.SIGNER: _("Signer"),
    Check.ALGORITHMS: _("Algorithms"),
    Check.CHAIN: _("Authority"),
    Check.DATES: _("Dates"),
    Check.REVOCATION: _("Revocation"),
    Check.USAGE: _("Purpose"),
    Check.ORGANISATION: _("Company"),
    Check.STAMP: _("Time stamp"),
}
STATES: Final[Mapping[State, Words]] = {
    State.GOOD: _("in order"),
    State.NOTE: _("worth knowing"),
    State.UNKNOWN: _("not known"),
    State.BAD: _("not in order"),
}
OUTCOMES: Final[Mapping[Outcome, Words]] = {
    Outcome.VALID: _("The signature holds."),
    Outcome.NOT_VALID: _("The signature doesn't hold."),
    Outcome.UNREADABLE: _("No signature could be read."),
}
FORMS: Final[Mapping[str, Words]] = {
    "cades": _("CMS signature (CAdES)"),
    "cades-detached": _("detached CMS signature (CAdES)"),
    "cades-enveloping": _("CMS signature with its document inside (CAdES)"),
    "pades": _("PDF signature (PAdES)"),
}

_REASONS: Final[Mapping[str, Words]] = {
    "unspecified": _("no reason given"),
    "key_compromise": _("the key got into others' hands"),
    "ca_compromise": _("the authority's key got into others' hands"),
    "affiliation_changed": _("the holder's particulars changed"),
    "superseded": _("replaced by another"),
    "cessation_of_operation": _("no longer needed"),
    "privilege_withdrawn": _("the right to it was withdrawn"),
}
_WHY: Final[Mapping[Check, Words]] = {
    Check.FILE: _("Only what can be read can be checked."),
    Check.DOCUMENT: _("A signature is for one text: if a single byte differs, nobody signed what lies here."),
    Check.SIGNATURE: _("Only the key that belongs to the certificate can make it; without that anybody could."),
    Check.SIGNER: _("A signature that names its certificate can't be ascribed to another one later."),
    Check.ALGORITHMS: _("Signatures under broken algorithms can be forged by others."),
    Check.CHAIN: _("A certificate is worth what its authority is: anybody can make one with any name in it."),
    Check.DATES: _("Outside its dates the authority doesn't answer for the certificate."),
    Check.REVOCATION: _("Keys are lost and stolen; a revoked certificate no longer speaks for its holder."),
    Check.USAGE: _("The authority said what the certificate is for; signing must be part of it."),
    Check.ORGANISATION: _("A company is bound by its own people's signatures, and by nobody else's."),
    Check.STAMP: _("A stamp proves when it was signed, also after the certificate has expired."),
}

_SIGN_AGAIN: Final = _("Sign the document as it is now, and hand in both together.")
_ASK_PROVIDER: Final = _("Ask the provider of your certificate for a new one.")
_OTHER_FILE: Final = _("Choose the file that your signing program made: its name usually ends in .p7s, .p7m or .pdf.")
_TRY_LATER: Final = _("Try again in a while. If it stays so, tell the provider of the certificate.")
_OTHER_PROVIDER: Final = _(
    "Use a certificate of a provider on the trusted lists, or ask the operator to add this authority."
)

_SEEN: Final[Mapping[str, tuple[Words, Words]]] = {
    # --- the file -------------------------------------------------------------------------------
    "file-read": (_("It was read: {form}, signatures: {signatures}."), ""),
    "file-empty": (_("The file is empty."), _OTHER_FILE),
    "file-missing": (_("The file can't be opened."), _("Check its name and whether you may read it.")),
    "file-too-large": (
        _("The file is larger than {most} MB."),
        _("Sign it detached and hand in the signature by itself, or make the document smaller."),
    ),
    "file-damaged": (_("It begins like a signature and then breaks off or goes astray."), _SIGN_AGAIN),
    "file-not-signature": (_("It isn't a signature, nor a signed document of a kind known here."), _OTHER_FILE),
    "file-xades": (
        _("It is an XML signature (XAdES). Those aren't supported here."),
        _("Sign in the form CAdES (.p7s, .p7m) or, a PDF, in the form PAdES; your program offers the choice."),
    ),
    "file-xml": (_("It is an XML file without a signature."), _OTHER_FILE),
    "file-asic": (
        _("It is a container with signatures (ASiC). Those aren't supported here."),
        _("Sign in the form CAdES (.p7s, .p7m) or, a PDF, in the form PAdES; your program offers the choice."),
    ),
    "file-key-file": (
        _("It is a file with a private key (.p12, .pfx), not a signature."),
        _("Never hand it on: whoever has it and its passphrase signs as you. Sign with it and hand in the result."),
    ),
    "file-private-key": (
        _("It is a private key, not a signature."),
        _("Never hand it on: whoever has it signs as you. If others have seen it, have its certificate revoked."),
    ),
    "file-certificate-only": (_("It is a certificate, not a signature made with it."), _OTHER_FILE),
    "file-encrypted": (
        _("It is encrypted for a receiver, not signed."),
        _("Hand in the signature without encrypting it."),
    ),
    "file-mail": (
        _("It is a mail. Signatures of mails aren't read here."),
        _("Save the signed document and the signature (smime.p7s) from the mail, and hand in these two."),
    ),
    "file-no-signers": (_("It carries certificates and no signature."), _OTHER_FILE),
    "file-document-missing": (
        _("It is a detached signature: the document that was signed isn't in it."),
        _("Give the document too."),
    ),
    "file-pdf-unsigned": (_("The PDF isn't signed."), _("Sign it in your program for PDFs, and save it.")),
    "file-pdf-stamped-only": (
        _("The PDF carries a time stamp and no signature."),
        _("Sign it in your program for PDFs, and save it."),
    ),
    "file-pdf-encrypted": (
        _("The PDF is protected by a password."),
        _("Save it without a password, and sign it then."),
    ),
    "file-pdf-damaged": (_("The PDF is damaged, or isn't one."), _("Make the PDF anew and sign it.")),
    "file-pdf-appended": (_("Something that is no part of the document hangs behind it."), ""),
    # --- the document ---------------------------------------------------------------------------
    "document-unchanged": (_("Its digest is the one that was signed ({algorithm})."), ""),
    "document-signed-directly": (_("The signature is over the document itself, without attributes."), ""),
    "document-line-ends": (
        _("It was signed as a mail's text: with other line ends (CR LF) than the file has. The text is the same."),
        "",
    ),
    "document-digest-unknown": (
        _("Its digest is by an algorithm that isn't known here: {algorithm}."),
        _("Sign with SHA-256."),
    ),
    "document-altered": (_("It isn't the document that was signed."), _SIGN_AGAIN),
    "document-differs": (
        _("The signature carries a document of its own, and it is another one."),
        _SIGN_AGAIN,
    ),
    "document-not-offered": (
        _("It isn't the document that was offered for this rehearsal."),
        _("Download the text anew from this page, sign that file, and don't save it in another way before."),
    ),
    "document-pdf-whole": (_("The signature covers the whole PDF."), ""),
    "document-pdf-prolonged": (_("After signing only proofs for later were added to the PDF."), ""),
    "document-pdf-filled": (
        _("After signing fields were filled in or signatures added, as the signer allowed."),
        "",
    ),
    "document-pdf-changed": (
        _("The PDF was changed after it was signed."),
        _("Ask for the PDF as it was signed, or sign it as it is now."),
    ),
    "document-pdf-partly": (_("The signature doesn't cover the whole PDF."), _SIGN_AGAIN),
    "document-pdf-doubtful": (
        _("It can't be told what in the PDF the signature covers."),
        _("Make the PDF anew and sign it."),
    ),
    # --- the signature --------------------------------------------------------------------------
    "signature-right": (_("It was made with the key of the certificate."), ""),
    "signature-wrong": (_("It wasn't made with the key of the certificate, or was changed since."), _SIGN_AGAIN),
    "signature-inconsistent": (_("Its parts contradict one another: {detail}"), _SIGN_AGAIN),
    "signature-pdf-old": (
        _("It is in an old form of PDF signatures, over SHA-1 alone."),
        _("Choose PAdES (or adbe.pkcs7.detached) in your program, and sign again."),
    ),
    "signature-damaged": (_("It can't be read."), _SIGN_AGAIN),
    "signature-not-checked": (_("Without the signer's certificate it can't be checked."), ""),
    "signature-algorithm-unknown": (
        _("It is by an algorithm that isn't known here: {algorithm}."),
        _("Sign with RSA (2048 bits or more) or ECDSA, and SHA-256."),
    ),
    # --- the signer -----------------------------------------------------------------------------
    "signer-bound": (_("The signature names its certificate (CAdES)."), ""),
    "signer-not-bound": (
        _("The signature doesn't name its certificate: it is plain CMS, not CAdES."),
        _("Choose CAdES in your signing program where the form is asked for."),
    ),
    "signer-other": (_("The signature names another certificate than the one it carries."), _SIGN_AGAIN),
    "signer-missing": (
        _("The signer's certificate isn't in the signature."),
        _("Sign again so that the certificate is included; your program has a setting for it."),
    ),
    # --- algorithms -----------------------------------------------------------------------------
    "algorithms-strong": (_("Digest {digest}; keys and algorithms are strong."), ""),
    "algorithms-weak": (
        _("The signature uses what is broken or too weak: {names}."),
        _("Choose SHA-256 in your signing program, and sign again."),
    ),
    "algorithms-weak-certificate": (
        _("The certificate, or one above it, uses what is broken or too weak: {names}."),
        _ASK_PROVIDER,
    ),
    # --- the chain ------------------------------------------------------------------------------
    "chain-trusted": (_("It leads to {anchor}."), ""),
    "chain-nobody-trusted": (
        _("No authority is trusted here yet."),
        _("Name the authorities' certificates, as --trust or in the centre's settings."),
    ),
    "chain-self-signed": (_("{authority} made the certificate for itself."), _OTHER_PROVIDER),
    "chain-unknown-authority": (_("It leads to {authority}, which isn't trusted here."), _OTHER_PROVIDER),
    "chain-incomplete": (
        _("It breaks off at {subject}: the certificate of {issuer} is neither in the signature nor trusted here."),
        _(
            "Set your program to include the whole chain. If the authority itself isn't trusted here, use a "
            "certificate of a provider on the trusted lists."
        ),
    ),
    "chain-forged": (
        _("{subject} names {issuer} as its authority, and that one's key didn't sign it."),
        _("Don't rely on it. Ask the signer how he got the certificate."),
    ),
    "chain-broken": (_("The chain leads to a trusted authority, but breaks its rules: {detail}"), _ASK_PROVIDER),
    "chain-withdrawn": (
        _("The trusted list no longer vouches for {issuer}, or didn't yet, when it was signed."),
        _OTHER_PROVIDER,
    ),
    # --- dates ----------------------------------------------------------------------------------
    "dates-good": (_("Valid from {since} to {until}; signed {moment} at the latest."), ""),
    "dates-expired": (
        _("It expired on {until}; what is known is that it was signed by {moment}."),
        _("Renew the certificate, and sign anew with it."),
    ),
    "dates-not-yet": (_("It is valid only from {since}."), _("Wait until then, or use another certificate.")),
    "dates-authority": (
        _("The certificate of {authority}, above it, is valid from {since} to {until} only."),
        _ASK_PROVIDER,
    ),
    # --- revocation -----------------------------------------------------------------------------
    "revocation-good": (_("Its authority says that it is good ({by})."), ""),
    "revocation-not-asked": (_("Nobody was asked, as wished."), ""),
    "revocation-no-chain": (_("Without a trusted authority there is nobody to ask."), ""),
    "revocation-of-anchor": (_("The certificate itself is trusted here; nobody above it could revoke it."), ""),
    "revocation-later": (_("It was revoked on {at}, after the signature was stamped."), ""),
    "revocation-revoked": (
        _("{whose} was revoked on {at} (reason: {reason})."),
        _("Ask the provider for a new certificate, and sign anew with it."),
    ),
    "revocation-on-hold": (
        _("{whose} is suspended since {at}."),
        _("Have the provider lift the suspension, or use another certificate."),
    ),
    "revocation-authority-revoked": (
        _("{whose}, an authority above it, was revoked on {at} (reason: {reason})."),
        _ASK_PROVIDER,
    ),
    "revocation-silent": (_("Nobody answered at {where} about {whose}."), _TRY_LATER),
    "revocation-inside": (
        _("{where}, which would know about {whose}, lies in a network inside and wasn't asked."),
        _("If that network is yours, allow it: --inside, or the setting PAZAR_RESPONDERS_INSIDE."),
    ),
    "revocation-stale": (_("The answer about {whose} is too old."), _TRY_LATER),
    "revocation-answer-wrong": (
        _("The answer about {whose} isn't by its authority, or is about something else."),
        _TRY_LATER,
    ),
    "revocation-nobody-named": (_("{whose} names nobody who could be asked."), ""),
    "revocation-unknown": (_("Nobody knows anything about {whose}."), _TRY_LATER),
    # --- usage ----------------------------------------------------------------------------------
    "usage-signing": (_("Documents may be signed with it."), ""),
    "usage-not-said": (_("It doesn't say what it is for."), ""),
    "usage-of-authority": (_("It is an authority's own certificate."), ""),
    "usage-wrong": (
        _("It isn't for signing documents, but for: {usages}."),
        _("Choose your certificate for signing; cards often carry a second one for logging in."),
    ),
    "usage-purpose-wrong": (
        _("It is for other purposes: {purposes}."),
        _("Choose your certificate for signing; cards often carry a second one for logging in."),
    ),
    # --- the organisation -----------------------------------------------------------------------
    "organisation-same": (_("The certificate names {company}: {organisation}."), ""),
    "organisation-not-asked": (_("It names {organisation} {numbers}; no company was given to compare."), ""),
    "organisation-none": (
        _("It names the person {name} and no organisation; the company is {company}."),
        _(
            "Hand in a power of attorney where the procedure asks for one, or ask your provider for a certificate with "
            "the company's number."
        ),
    ),
    "organisation-other": (
        _("It names {organisation} ({numbers}); the company is {company}."),
        _("Use a certificate of this company, or act for the company that the certificate names."),
    ),
    # --- the time stamp -------------------------------------------------------------------------
    "stamp-good": (_("Stamped {at} by {authority}."), ""),
    "stamp-none": (_("There is no time stamp."), _("Choose a time stamp in your signing program (CAdES-T).")),
    "stamp-damaged": (_("The time stamp can't be read."), _SIGN_AGAIN),
    "stamp-of-other": (_("The time stamp is for another signature."), _SIGN_AGAIN),
    "stamp-wrong": (_("The time stamp of {at} wasn't made by {authority} as it says."), _SIGN_AGAIN),
    "stamp-from-future": (_("The time stamp says {at}, which is still to come."), _SIGN_AGAIN),
    "stamp-untrusted": (
        _("{authority}, who stamped {at}, isn't trusted here for time; the stamp doesn't count."),
        _("Choose a stamp by a provider on the trusted lists."),
    ),
    "stamp-out-of-date": (_("The stamp of {at} is from outside the dates of {authority}."), _SIGN_AGAIN),
    "stamp-revoked": (_("The certificate of {authority}, who stamped {at}, was revoked."), _SIGN_AGAIN),
    "stamp-weak": (_("The stamp of {at} by {authority} uses what is broken or too weak: {names}."), _SIGN_AGAIN),
}
CODES: Final = frozenset(_SEEN)


def seen(verdict: Verdict) -> str:
    """What was seen, in the active language."""
    words = str(_SEEN[verdict.code][0])
    return words.format(**{name: _shown(name, text) for name, text in verdict.facts.items()})


def why(verdict: Verdict) -> str:
    """Why the check matters."""
    return str(_WHY[verdict.check])


def remedy(verdict: Verdict) -> str:
    """What to do; empty where nothing is to be done."""
    if verdict.state is State.GOOD:
        return ""
    return str(_SEEN[verdict.code][1])


def outcome(report: Report) -> str:
    return str(OUTCOMES[report.outcome])


def _shown(name: str, text: str) -> str:
    if name in ("at", "since", "until", "moment"):
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return text
        return formats.moment(found, year=True)
    if name == "reason":
        return str(_REASONS.get(text, text))
    if name == "form":
        return str(FORMS.get(text, text))
    return text or plain("(nameless)")
