"""How a person gets in: by a link of one use to set a password, the first time and whenever he forgot it (A4)."""
