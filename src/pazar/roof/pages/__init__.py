"""Pages that gather what many domains have."""
