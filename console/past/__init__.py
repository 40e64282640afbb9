"""Events that were: what was done about them, why, and what rules would do about them now."""
