"""Kinds of procedure that a buyer can publish here (B4), and where a bid of each is read from."""

from enum import StrEnum


class Kind(StrEnum):
    """`OPEN_TENDER`: anybody may bid, sealed. `REQUEST_FOR_PRICES`: the short form for goods everybody knows."""

    OPEN_TENDER = "open_tender"
    REQUEST_FOR_PRICES = "request_for_prices"


OCDS_METHOD = {Kind.OPEN_TENDER: "open", Kind.REQUEST_FOR_PRICES: "open"}
"""The codelist *method* of OCDS 1.1 has nothing narrower; the kind itself stands in its details."""
