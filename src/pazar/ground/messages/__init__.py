"""What the centre sends to people: on the centre and by mail (B3)."""
