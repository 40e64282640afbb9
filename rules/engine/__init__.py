"""The pure engine: load, check, match, render, play and test rules. Imports nothing of ours."""
