"""Background jobs by Procrastinate, and the list of those that keep failing."""
