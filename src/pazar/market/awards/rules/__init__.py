"""How bids are compared: pure, published, and recomputable by anybody from the opening record."""
