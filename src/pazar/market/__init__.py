"""Where buyers and suppliers meet."""
