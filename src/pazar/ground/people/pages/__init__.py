"""A company's people, their approvals, and a person's own data."""
