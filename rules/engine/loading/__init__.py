"""Nodes become rules: each key of a rule file is read, and what is wrong with it is said."""
