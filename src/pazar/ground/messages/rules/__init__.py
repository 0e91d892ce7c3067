"""What bounces mean, how long to wait, and when a person is told: pure."""
