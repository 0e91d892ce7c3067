"""Categories (CPV), regions (NUTS), units and company numbers."""
