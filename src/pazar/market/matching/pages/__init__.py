"""What fits a company, and what it says it wants."""
