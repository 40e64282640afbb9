"""`numbers.yaml`: which number points to which agent, and when."""
