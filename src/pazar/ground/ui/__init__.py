"""The kit and the shell that every page stands in."""
