"""JSON from strangers as it can be read: what strict JSON refuses but platforms send, and values of any type.

What comes out holds no NaN, no infinity, no broken surrogates and no integer beyond 64 bits. Of duplicate keys the last
one counts.
"""

from __future__ import annotations

import json
import math
from typing import Any

import orjson

MAX_DEPTH = 100
"""Levels of a body that is worked with."""

_BOM = b"\xef\xbb\xbf"
_LARGEST = 2**63


class Unreadable(Exception):
    """The body is not a JSON object we can work with; `problem` is a sentence without any of its content."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def parse(body: bytes) -> Any:
    """Whatever JSON is in the body, however deep; raises Unreadable."""
    body = body.removeprefix(_BOM)
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


def first(source: dict[str, Any], *names: str) -> Any:
    """The first of these members that is there and not null."""
    for name in names:
        if (found := source.get(name)) is not None:
            return found
    return None
