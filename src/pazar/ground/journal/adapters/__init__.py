"""Services outside the house."""
