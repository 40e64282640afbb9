"""Notifications through apprise, each in a process of its own that reaches nothing but what is allowed."""
