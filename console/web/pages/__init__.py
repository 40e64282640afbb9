"""The pages of the console, one file each: what is read from the store for it, and what its buttons do."""
