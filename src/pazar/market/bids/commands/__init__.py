"""Every write on bids and their boxes."""
