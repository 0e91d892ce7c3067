"""What stands over both wings: the wiring, home, search, demo, the operator's pages."""
