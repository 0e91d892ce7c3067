"""Where a password is set by a link."""
