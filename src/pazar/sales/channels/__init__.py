"""Channels, opportunities from the market, leads and their intake (D2, D3)."""
