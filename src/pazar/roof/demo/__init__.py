"""Demo mode: a story with names, a click to become any of its people, a clock to move."""
