"""Evaluation, award, letters, protocols (B9, B10)."""
