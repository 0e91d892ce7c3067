"""Today, the board and the list, a deal, a customer's card."""
