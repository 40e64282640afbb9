"""Durations as people write them: `300ms`, `4s`, `1m30s`, `2h`, `7d`, or a plain number of seconds."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_WRITTEN = r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+"
_WHOLE = re.compile(_WRITTEN)
_TEXT = {
    "type": "string",
    "pattern": rf"^\s*{_WRITTEN}\s*$",
    "patternErrorMessage": "This must be a duration such as 300ms, 4s, 1m30s, 2h or 7d.",
}


def seconds(value: Any) -> float:
    """The duration in seconds; raises ValueError with a sentence that shows how to write one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = str(value).strip()
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration; write for example 300ms, 4s, 1m30s, 2h or 7d")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


Seconds = Annotated[float, BeforeValidator(seconds), WithJsonSchema({"anyOf": [_TEXT, {"type": "number"}]})]
