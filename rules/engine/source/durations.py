"""Durations in rule files: `300ms`, `4s`, `1m30s`, `2h`, `7d`, or a plain number of seconds."""

from __future__ import annotations

import re

PATTERN = r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+"
"""How one is written, apart from plain numbers."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", re.ASCII)
_WHOLE = re.compile(PATTERN, re.ASCII)
_LONGEST = 50 * 366 * 86400.0


class BadDuration(ValueError):
    """Text that is no duration; the message shows how to write one."""


def parse_duration(value: object) -> float:
    """Seconds; raises BadDuration."""
    seconds = _seconds(value)
    if not 0 <= seconds <= _LONGEST:
        raise BadDuration(f"{value} is not a duration between 0 and 50 years")
    return seconds


def _seconds(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = str(value).strip()
    if len(text) > 40 or not _WHOLE.fullmatch(text):
        raise BadDuration(f'"{text[:40]}" is not a duration; write for example 300ms, 4s, 1m30s, 2h or 7d')
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
