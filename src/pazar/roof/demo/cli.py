"""Seed the demo once, and say who its people are."""


def prepare() -> str:
    """The story is told once a database; answers the table of log-ins."""
    return ""
