"""Persons, companies, memberships and roles: who acts, and for whom (A4)."""
