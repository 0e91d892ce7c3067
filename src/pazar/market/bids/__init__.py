"""Drafts, readiness, sealing, receipts, opening (B7, B8)."""
