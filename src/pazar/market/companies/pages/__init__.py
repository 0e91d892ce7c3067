"""Registering, moderating, admitting."""
