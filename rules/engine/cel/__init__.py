"""Expressions and templates: names, types and functions, compiled once and evaluated many times."""
