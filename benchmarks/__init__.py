"""Measured side by side: Hookswitch, the usual ways to do without it, and what the machine itself allows."""
