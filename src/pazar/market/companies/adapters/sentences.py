"""A sentence for each fault of a number, in the reader's language: what is the matter and what to look at."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pazar.market.companies.rules.numbers import Fault, Read

SCHEMES = {
    "BG-EIK": gettext_lazy("unified identification code (ЕИК)"),
    "RU-INN": gettext_lazy("taxpayer's number (ИНН)"),
    "RU-OGRN": gettext_lazy("registration number (ОГРН)"),
    "GB-COH": gettext_lazy("Companies House number"),
    "LEI": gettext_lazy("legal entity identifier (LEI)"),
}


def scheme(read: Read) -> str:
    """The name of the number's kind for a person."""
    if read.scheme in SCHEMES:
        return str(SCHEMES[read.scheme])
    return _("VAT number") if read.scheme.endswith("-VAT") else read.scheme


def sentence(read: Read) -> str:
    """What is the matter with a number; empty for one that can be right."""
    kind, lengths = scheme(read), " / ".join(str(length) for length in read.lengths)
    match read.fault:
        case None:
            return ""
        case Fault.EMPTY:
            return _("There is no number.")
        case Fault.COUNTRY:
            return _("The country must be a code of two letters, such as BG.")
        case Fault.CHARACTERS:
            return _("A %(kind)s doesn't have such characters. Type it as it stands in the register.") % {"kind": kind}
        case Fault.LENGTH if lengths:
            return _("A %(kind)s has %(lengths)s characters. One is missing or too many.") % {
                "kind": kind,
                "lengths": lengths,
            }
        case Fault.LENGTH:
            return _("The number is too short or too long for a %(kind)s.") % {"kind": kind}
        case Fault.CHECK_DIGIT:
            return _("The check digit of the %(kind)s doesn't agree. A digit is mistyped or two are swapped.") % {
                "kind": kind
            }
        case Fault.OTHER_COUNTRY:
            return _("The number begins with another country's letters than the country that was chosen.")
        case Fault.NO_RULE:
            return _("Nothing is known of this country's numbers here; it is kept as it was typed.")
        case _:
            return _("This isn't the form of a %(kind)s. Type it as it stands in the register.") % {"kind": kind}
