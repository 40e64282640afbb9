"""JSON from strangers, read: bounded, tolerant, and always something every other part can store and show.

What comes out holds no NaN, no infinity, no broken surrogates and no integer beyond 64 bits, and is at most
`MAX_DEPTH` levels deep. Of duplicate keys the last one counts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

MAX_DEPTH = 100

_BOM = b"\xef\xbb\xbf"
_LARGEST = 2**63
_MILLISECONDS_FROM = 10**11


class Unreadable(Exception):
    """The body is not a JSON object we can work with; `problem` is a sentence without any of its content."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in the body; raises Unreadable."""
    payload = read_value(body)
    if not isinstance(payload, dict):
        raise Unreadable("the body is JSON but not an object")
    return payload


def read_value(body: bytes) -> Any:
    """Whatever JSON is in the body; raises Unreadable."""
    payload = _parse(body.removeprefix(_BOM))
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


def text(value: Any) -> str:
    """Text as it is, a number as its digits, anything else as nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def mapping(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, leaving out everything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


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


def first(source: dict[str, Any], *names: str) -> Any:
    """The first of these members that is there and not null."""
    for name in names:
        if (found := source.get(name)) is not None:
            return found
    return None


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


def _parse(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _parse_tolerantly(body)


def _parse_tolerantly(body: bytes) -> Any:
    """What strict JSON refuses but platforms send: NaN, enormous numbers, emoji cut in half."""
    try:
        decoded = body.decode("utf-8")
        return _mended(json.loads(decoded, parse_constant=str, parse_int=_integer, parse_float=_real))
    except UnicodeDecodeError as error:
        raise Unreadable("the body is not UTF-8") from error
    except RecursionError as error:
        raise Unreadable(f"the body is nested deeper than {MAX_DEPTH} levels") from error
    except ValueError as error:
        raise Unreadable("the body is not JSON") from error


def _integer(digits: str) -> int | float | str:
    if len(digits) < len(str(_LARGEST)):
        return int(digits)
    return _real(digits)


def _real(digits: str) -> float | str:
    found = float(digits)
    return found if math.isfinite(found) else digits


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value


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
