"""What everybody stands on; knows no domain."""
