"""Which addresses may be called, how long to wait, when to leave a server alone: pure."""
