"""Accounts, contacts and the time line nobody can rewrite (D1, D4)."""
