"""Texts inside records of any shape, and texts that are safe to show on a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """The same record with every text changed, keys too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {map_texts(key, change): map_texts(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [map_texts(item, change) for item in value]
    return value


def printable(text: str) -> str:
    """The text with control characters spelt out, so that what a caller or an agent said cannot steer a terminal."""
    return _CONTROLS.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
