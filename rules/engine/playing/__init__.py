"""A rule meets an event: turns, conditions, steps, answer, and why."""
