"""Who contributed what, and what regulations say of it: pure."""
