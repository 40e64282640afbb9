"""First lines of everything that people write: folders, rules, tests, providers and actions."""
