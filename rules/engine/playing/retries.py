"""When a step is tried again, as far as it is arithmetic: the same for workers and for tests of rules."""

from __future__ import annotations

DEFAULT_TIMEOUT = 10.0
"""Seconds one try of a step gets when the rule says nothing."""

LONGEST_WAIT = 3600.0
"""Seconds between two tries at the most, whatever the factor says."""


def longest_wait(first: float, factor: float, tries: int) -> float:
    """Seconds until the next try, at the most, after so many tries; workers wait between half of it and all."""
    try:
        return min(LONGEST_WAIT, first * float(factor) ** (tries - 1))
    except OverflowError:
        return LONGEST_WAIT
