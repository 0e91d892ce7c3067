"""Procurement procedures: kinds, regimes, lots, versions, enquiries, OCDS (B4-B6, B12)."""
