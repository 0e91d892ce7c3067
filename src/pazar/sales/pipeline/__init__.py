"""Deals, stages and how they end (D5)."""
