"""The story of the demo, chapter by chapter: each by the commands that a person's click would call."""
