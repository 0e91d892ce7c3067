"""Every write of the demo: become somebody, move the clock, tell the story."""
