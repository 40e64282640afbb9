"""Values as JSON knows them, and as text. CEL tells 3 from 3.0 and keeps times apart; answers and requests do not."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

_LARGEST_INT = 2**63 - 1
_DEEPEST = 100


class NotPlain(ValueError):
    """A value that JSON cannot carry."""


def to_plain(value: Any) -> Any:
    """The value as JSON: whole numbers without a fraction, times as ISO 8601 in UTC, durations in seconds."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {_key(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return _special(value)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else to_text(key)


def _number(value: float) -> float | int:
    if not math.isfinite(value):
        raise NotPlain("a number is infinite or not a number")
    return int(value) if value.is_integer() and abs(value) <= _LARGEST_INT else value


def _special(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return _number(value.total_seconds())
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise NotPlain(f"a {type(value).__name__.lower()} is neither text, number, map nor list")


def to_text(value: Any) -> str:
    """The value inside a sentence: text as it is, numbers without a needless fraction, maps and lists as JSON."""
    plain = to_plain(value)
    return plain if isinstance(plain, str) else to_json(plain)


def to_json(value: Any) -> str:
    """JSON on one line, with the keys in a stable order and letters of any language as they are."""
    return json.dumps(to_plain(value), ensure_ascii=False, sort_keys=True)


def for_cel(value: Any, depth: int = _DEEPEST) -> Any:
    """Values of the outside as CEL accepts them: lists for tuples, floats for integers that do not fit 64 bits."""
    if value.__class__ is str:
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return {str(key): for_cel(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [for_cel(item, depth - 1) for item in value]
    if isinstance(value, int) and abs(value) > _LARGEST_INT:
        return float(value) if abs(value) < 10**300 else str(value)
    return value


def fit_for_cel(value: Any) -> Any:
    """As for_cel, and the value itself when nothing in it needs a change, which for JSON from outside is the rule."""
    if value.__class__ is dict or value.__class__ is list:
        try:
            orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
        except TypeError:
            return for_cel(value)
        return value
    return for_cel(value)


EMPTY: Mapping[str, Any] = {
    "string": "",
    "number": 0.0,
    "whole": 0,
    "bool": False,
    "timestamp": datetime(1970, 1, 1, tzinfo=UTC),
    "map": {},
    "list": [],
    "dyn": {},
}
"""What a name of each type word holds when nothing is known."""


def of_type(value: Any, word: str) -> Any:
    """The value a declared name gets: its empty one for null, a float for a number, CEL's own kinds inside."""
    if value is None:
        return EMPTY[word]
    if word == "number" and isinstance(value, int) and not isinstance(value, bool):
        return float(value) if abs(value) < 10**300 else EMPTY[word]
    if word == "timestamp" and isinstance(value, str):
        return datetime.fromisoformat(value)
    return fit_for_cel(value)
