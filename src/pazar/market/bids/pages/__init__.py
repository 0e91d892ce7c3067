"""Pages of bids: one's own bid, its sealing and receipts, the opening, a person's sealing key."""
