"""Keeping numbers where `numbers.yaml` says they belong."""
