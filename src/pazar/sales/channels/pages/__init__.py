"""The inbox, a lead, the company's intake rule."""
