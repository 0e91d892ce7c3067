"""The line that stands over every page of a demo."""

from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from pazar.ground.identity.requests import ActorRequest
from pazar.ground.ui import hall
from pazar.roof.demo import queries


def banner(request: HttpRequest) -> hall.Banner | None:
    """Who one is, and the three things a demo can do that a centre can't. None in any other centre."""
    if not queries.is_demo():
        return None
    actor = cast(ActorRequest, request).actor
    if actor.is_somebody and actor.company_name:
        text = _("Demo: you are %(person)s of %(company)s.") % {
            "person": actor.person_name,
            "company": actor.company_name,
        }
    elif actor.is_somebody:
        text = _("Demo: you are %(person)s.") % {"person": actor.person_name}
    else:
        text = _("Demo: companies and people are invented, you are a visitor.")
    change = _("Change person") if actor.is_somebody else _("Become somebody")
    return hall.Banner(
        text=text,
        links=(
            (change, reverse("demo:people")),
            (_("Mailbox"), reverse("messages:mailbox")),
            (_("Move the clock"), reverse("demo:clock")),
        ),
    )
