"""How long to wait, and which addresses may be called: pure."""
