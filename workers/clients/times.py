"""Times as platforms write them: ISO 8601, or seconds or milliseconds since 1970, as numbers or as text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

_NUMBER = re.compile(r"\d{1,13}(?:\.\d{1,9})?")
_MILLISECONDS = 1e11
"""Numbers above this are milliseconds: as seconds they would lie in the year 5138."""


def moment(value: Any) -> datetime | None:
    """The time, in UTC where it names no zone; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    try:
        if _NUMBER.fullmatch(text):
            number = float(text)
            return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def iso(value: Any) -> str:
    """The time as ISO 8601; empty when it is none."""
    found = moment(value)
    return found.isoformat() if found else ""


def seconds_between(start: Any, end: Any) -> float:
    """How long it lasted; 0.0 when one of the two is no time."""
    began, ended = moment(start), moment(end)
    return max(0.0, (ended - began).total_seconds()) if began and ended else 0.0
