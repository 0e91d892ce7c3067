"""Where a company says which of its systems are called."""
