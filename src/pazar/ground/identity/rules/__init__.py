"""Roles and actors: pure."""
