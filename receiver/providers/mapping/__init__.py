"""Mappings: a connection's own expressions that make our events of a platform nobody here knows, and its replies."""
