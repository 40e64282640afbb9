"""How much a mapping may cost: it runs where callers wait, on whatever a platform sends."""

from __future__ import annotations

from typing import Any

from receiver.providers.mapping.cel import Failed

LARGEST_BODY = 1_000_000
"""Bytes of a body that a mapping is applied to; a larger one is kept whole as an unknown event."""
MOST_EVENTS = 100
"""Events in one delivery."""
MOST_TOOLS = 50
"""Tools in one event."""
LARGEST_PARTS = 5_000_000
"""Bytes that the events of one delivery may take when each is kept with what it shares with the others."""
MOST_WORK = 5_000_000
"""Loops, times events, times the square of the longest list: what the CEL library needs about 0.15 s for."""
LARGEST_REPLY = 1_000_000
"""Bytes of a reply that a mapping may make."""


def check_work(loops: int, *seen: Any) -> None:
    """Raise Failed when so many loops over what is seen would take too long."""
    if loops and loops * _longest(list(seen)) ** 2 > MOST_WORK:
        raise Failed("its loops would go over lists that are too long")


def _longest(values: list[Any]) -> int:
    """The number of members of the largest list or map."""
    longest, level = 0, values
    while level:
        longest = max(longest, *map(len, level))
        children = (child for each in level for child in (each.values() if isinstance(each, dict) else each))
        level = [child for child in children if isinstance(child, dict | list)]
    return longest
