"""Interests, matches, and telling of them."""
