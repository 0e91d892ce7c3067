"""How long to wait before a delivery is tried again: pure."""
