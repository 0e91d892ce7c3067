"""Interests, matches and their reasons, what to tell whom (B1-B3)."""
