"""Where in a rule an expression stands decides what it may use."""

from __future__ import annotations

from dataclasses import dataclass

from rules.engine.findings import Severity


@dataclass(frozen=True)
class Place:
    """What an expression at this place may see."""

    what: str
    """The place in words, as in: secrets cannot be used in `if`."""
    steps: int | None = None
    """How many steps have run before it; None when all have."""
    secrets: bool = False
    item: bool = False
    """Inside the `with` of a step with `for_each`."""
    wants_bool: bool = False


@dataclass(frozen=True)
class Problem:
    """Something wrong with an expression, at a character offset in it."""

    offset: int
    message: str
    code: str = "expression"
    severity: Severity = "error"
