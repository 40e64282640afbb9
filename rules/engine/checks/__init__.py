"""What `check` says about a whole folder: sense beyond one file, the codes of findings, and their formats."""
