"""Who is who, and the panel of the clock."""
