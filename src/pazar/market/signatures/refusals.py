"""What the signature desk refuses."""

from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal


class CertificateUnreadable(Refusal):
    code = "certificate_unreadable"
    status = 422
    what = _("This isn't a certificate that can be read.")
    why = _("A certificate is a file in PEM (it begins with BEGIN CERTIFICATE) or DER form.")
    remedy = _("Export the certificate from your program or browser, without the key, and give that file.")


class PrivateKeyGiven(Refusal):
    code = "private_key_given"
    status = 422
    what = _("This is a private key. It was not kept.")
    why = _("Whoever has your key signs as you; the centre never needs it.")
    remedy = _("Give the certificate alone. If the key travelled in the clear, have its certificate revoked.")


class CertificateKnown(Refusal):
    code = "certificate_known"
    what = _("You enrolled this certificate already.")
    why = _("It stands in your list.")
    remedy = _("Nothing is left to be done.")


class ChallengeUsed(Refusal):
    code = "challenge_used"
    what = _("This text was signed already.")
    why = _("Each text is taken once, so that an old signature can't be handed in again.")
    remedy = _("Begin a new rehearsal: it makes a fresh text.")


class ChallengeOver(Refusal):
    code = "challenge_over"
    what = _("This text is too old.")
    why = _("A text may be signed for a day.")
    remedy = _("Begin a new rehearsal: it makes a fresh text.")


class SignatureTooLarge(Refusal):
    code = "signature_too_large"
    status = 422
    what = _("The file is larger than {most} MB.")
    why = _("A signature of this short text is much smaller.")
    remedy = _("Choose the file that your signing program made of the text from this page.")
