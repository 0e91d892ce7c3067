"""What bids need from outside the database."""
