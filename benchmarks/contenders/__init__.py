"""What is measured, one file a contender; each runs in processes of its own."""
