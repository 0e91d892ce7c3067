"""What a file is, and what it may be called: pure."""
