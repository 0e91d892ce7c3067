"""The ranking's codes in words, for templates."""

from decimal import Decimal

from django import template

from pazar.ground.ui import formats
from pazar.market.awards import words
from pazar.market.awards.rules.ranking import Out, Ranked

register = template.Library()


@register.simple_tag
def ranking_rule() -> str:
    return str(words.RULE)


@register.filter
def tie_words(ranked: Ranked) -> str:
    return words.tie(ranked.tie)


@register.filter
def tie_code_words(code: str) -> str:
    """Of a tie as it was recorded."""
    return words.tie(code)


@register.filter
def out_words(out: Out) -> str:
    return words.out(out.reason, out.words)


@register.filter
def code_words(code: str, more: str) -> str:
    return words.out(code, more)


@register.filter
def over_words(ranked: Ranked) -> str:
    return words.over(None if ranked.rank == 1 else ranked.over_best_share)


@register.filter
def of_bid(prices: dict[object, object], bid_id: object) -> object:
    return prices.get(bid_id)


@register.filter
def money_text(amount: str, currency: str) -> str:
    """An amount stored as text, by the reader's locale."""
    return formats.money(Decimal(amount), currency)
