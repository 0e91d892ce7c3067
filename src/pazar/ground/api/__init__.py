"""What every API endpoint shares: tokens, problem details, paging, idempotency (J2)."""
