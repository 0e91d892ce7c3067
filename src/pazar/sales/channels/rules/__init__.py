"""What the company's rule says of an opportunity, and to whom a lead goes: pure."""
