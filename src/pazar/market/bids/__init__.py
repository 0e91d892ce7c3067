"""Bids: readiness, sealing, receipts, opening (B7, B8).

The seal itself is pure and stands in `rules`; its format is `docs/decisions/0003-seal-envelope.md`.
The browser's half stands in `static/bids/`. What a bid says is sealed in the bidder's browser and
is bytes to everything here until its opening.
"""
