"""What is remembered: events, runs and journals, answers, leases, dead letters, memory."""
