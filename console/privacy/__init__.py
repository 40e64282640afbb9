"""What is kept about one caller: found, exported, forgotten."""
