"""Customers are noted and their time line grows; nothing in it is ever rewritten."""

from pazar.sales.customers.commands.accounts import add_account, give_account, note_account
from pazar.sales.customers.commands.touches import Entry, add_touch, correct_touch, note_touch, note_touches

__all__ = [
    "Entry",
    "add_account",
    "add_touch",
    "correct_touch",
    "give_account",
    "note_account",
    "note_touch",
    "note_touches",
]
