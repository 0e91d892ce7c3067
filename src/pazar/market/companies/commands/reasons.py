"""Reasons that moderators choose from: the applicant reads them in his own language."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Reason:
    label: str | Promise
    text: str | Promise


ASK: dict[str, Reason] = {
    "power": Reason(
        label=_("Who may act for the company"),
        text=_("Please tell us by what right you act for the company: as its manager, or by whose power of attorney."),
    ),
    "difference": Reason(
        label=_("Differs from the register"),
        text=_("What you typed differs from what the register says. Please explain the difference, or correct it."),
    ),
    "mail": Reason(
        label=_("The e-mail address"),
        text=_(
            "Your address isn't one of the company's. Please name somebody in the company who can confirm who you are."
        ),
    ),
    "other": Reason(label=_("Something else"), text=""),
}
REFUSE: dict[str, Reason] = {
    "stranger": Reason(
        label=_("Doesn't act for the company"),
        text=_("We couldn't see that you may act for this company."),
    ),
    "register": Reason(
        label=_("Not as in the register"),
        text=_("The register doesn't know such a company, or says something else of it."),
    ),
    "twice": Reason(
        label=_("Registered twice"), text=_("The company is registered, or its registration is under way.")
    ),
    "silence": Reason(label=_("No answer"), text=_("We asked you for more and got no answer that helps.")),
    "other": Reason(label=_("Something else"), text=""),
}
