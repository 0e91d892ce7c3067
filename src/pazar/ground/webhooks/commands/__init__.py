"""What people do with endpoints, and what the worker does for them."""
