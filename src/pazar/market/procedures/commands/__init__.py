"""Every write on procedures."""
