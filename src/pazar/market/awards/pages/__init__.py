"""Acts on the comparison, and the protocol."""
