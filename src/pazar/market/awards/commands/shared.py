"""What the buyer writes for others to read."""

from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Invalid

FEWEST_SIGNS = 10
MOST_SIGNS = 4_000


def reason(text: str, *, required: bool) -> str:
    """The reason as it is kept. Raises Invalid for one too short, where one is wanted, or too long."""
    kept = text.replace("\x00", "").strip()
    if required and len(kept) < FEWEST_SIGNS:
        raise Invalid(fields={"reason": _("Say why, in a sentence the bidder will understand.")})
    if len(kept) > MOST_SIGNS:
        raise Invalid(fields={"reason": _("At most {most} characters fit here.").format(most=MOST_SIGNS)})
    return kept
