"""Flireo as the sandbox plays it: its REST side, what it sends, and how it answers."""
