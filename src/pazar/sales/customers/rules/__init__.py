"""What makes two customers one, and what may stand in a time line: pure."""
