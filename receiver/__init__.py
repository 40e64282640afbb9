"""What came in: HTTP, verified, normalised, stored and queued, answered."""
