"""Who earned a client: regulations, cases, contributions, credit (D7, D8)."""
