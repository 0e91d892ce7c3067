"""The roles a person may have in a company, and those of the centre's own staff (A4)."""

from enum import StrEnum


class Role(StrEnum):
    """In a company."""

    OWNER = "owner"
    BUYER = "buyer"
    COMMITTEE_MEMBER = "committee_member"
    EVALUATOR = "evaluator"
    TENDER_MANAGER = "tender_manager"
    SALES_DIRECTOR = "sales_director"
    CHANNEL_HEAD = "channel_head"
    SALES_MANAGER = "sales_manager"
    ANALYST = "analyst"
    ACCOUNTANT = "accountant"
    READER = "reader"


class StaffRole(StrEnum):
    """Of the centre."""

    MODERATOR = "moderator"
    HEAD_OF_MODERATORS = "head_of_moderators"
    ACCOUNTANT = "accountant"
    OPERATOR = "operator"


BUYING = frozenset({Role.OWNER, Role.BUYER})
BIDDING = frozenset({Role.OWNER, Role.TENDER_MANAGER})
SELLING = frozenset({Role.OWNER, Role.SALES_DIRECTOR, Role.CHANNEL_HEAD, Role.SALES_MANAGER})
LEADING_SALES = frozenset({Role.OWNER, Role.SALES_DIRECTOR})
"""Who decides for the whole desk: its rules, and whom a lead is given to."""
