"""Make links, use them."""
