"""`{{ touch|said }}` and `{{ touch|touch_icon }}`: entries of a time line in the reader's language."""

from django import template

from pazar.sales.customers import timeline
from pazar.sales.customers.models import Touch
from pazar.sales.customers.rules.touches import CORRECTION, ByHand

register = template.Library()


@register.filter
def said(touch: Touch) -> str:
    return timeline.said(touch.kind, touch.facts)


@register.filter
def touch_icon(touch: Touch) -> str:
    return timeline.icon(touch.kind)


@register.filter
def by_hand(touch: Touch) -> bool:
    """Whether a person wrote it, so that it may be corrected."""
    return touch.kind in (*ByHand, CORRECTION)
