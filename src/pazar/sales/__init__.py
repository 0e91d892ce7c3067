"""The sales department that each company runs here."""
