"""What an answer changes about an assistant, as far as platforms that hear it alike need the same."""

from __future__ import annotations

import math
from typing import Any

from store.durations import seconds


def longest_call(wanted: dict[str, Any], problems: list[str]) -> int:
    """`max_duration` in whole seconds, rounded up; 0 when there is no limit to tell."""
    if "max_duration" not in wanted:
        return 0
    try:
        found = math.ceil(seconds(wanted["max_duration"]))
    except (ValueError, OverflowError):
        found = 0
    if found <= 0:
        problems.append("max_duration is not a duration")
    return max(found, 0)


def laid_over(own: Any, more: dict[str, Any]) -> dict[str, Any]:
    """A map with more laid over what it has already; anything but a map has nothing."""
    return {**(own if isinstance(own, dict) else {}), **more}
