"""JSON from strangers, read: bounded, tolerant, and always something every other part can store and show.

What comes out holds no NaN, no infinity, no broken surrogates and no integer beyond 64 bits, and is at most
`MAX_DEPTH` levels deep. Of duplicate keys the last one counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from store.lenient import MAX_DEPTH, Unreadable, first, mapping, mappings, parse, text

__all__ = [
    "MAX_DEPTH", "Unreadable", "arguments", "canonical", "first", "jsonable", "mapping", "mappings", "moment", "number",
    "read_object", "read_value", "text",
]  # fmt: skip

_MILLISECONDS_FROM = 10**11


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in the body; raises Unreadable."""
    payload = read_value(body)
    if not isinstance(payload, dict):
        raise Unreadable("the body is JSON but not an object")
    return payload


def read_value(body: bytes) -> Any:
    """Whatever JSON is in the body; raises Unreadable."""
    payload = parse(body)
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _deeper_than(payload, MAX_DEPTH):
        raise Unreadable(f"the body is nested deeper than {MAX_DEPTH} levels")
    return payload


def canonical(value: Any) -> bytes:
    """The one way to write a value that came from `read_object`, for hashing."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def jsonable(value: Any) -> Any:
    """The value as JSON can carry it, for replies; raises ValueError for what JSON cannot."""
    try:
        return orjson.loads(orjson.dumps(value))
    except TypeError as error:
        raise ValueError("not JSON") from error


def number(value: Any) -> float:
    """A finite number, also when written as text, or 0."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    try:
        found = float(value)
    except ValueError:
        return 0.0
    return found if math.isfinite(found) else 0.0


def arguments(value: Any) -> dict[str, Any]:
    """An object, or the object in a JSON text; anything else is no arguments."""
    if not isinstance(value, str):
        return mapping(value)
    try:
        return read_object(value.encode("utf-8"))
    except Unreadable:
        return {}


def moment(value: Any) -> datetime | None:
    """A time from ISO 8601 (UTC where it names no zone) or from an epoch in seconds or milliseconds."""
    try:
        if isinstance(value, str) and not value.isdigit():
            return _aware(datetime.fromisoformat(value))
        epoch = number(value)
        return datetime.fromtimestamp(epoch / 1000 if epoch > _MILLISECONDS_FROM else epoch, UTC) if epoch > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _aware(found: datetime) -> datetime:
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterator[Any]:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (item for item in members if isinstance(item, dict | list))
