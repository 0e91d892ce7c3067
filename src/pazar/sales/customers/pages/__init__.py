"""Customers: the list, a new one, entries of the time line."""
