"""What an interest means, and why a lot fits one: pure."""
