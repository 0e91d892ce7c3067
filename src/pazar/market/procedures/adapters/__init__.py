"""What comes from outside: one reader per format behind one Protocol, one normalised record."""
