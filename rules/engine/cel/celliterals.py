"""What is written literally in an expression is tried at check: durations, moments, zones and regular expressions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules.engine.cel.celib import cel
from rules.engine.cel.celtree import Part
from rules.engine.source.place import Problem

_ZONED_NAMES = """
getHours getMinutes getSeconds getMilliseconds getDate getDayOfMonth getDayOfWeek getDayOfYear getMonth getFullYear
"""
_ZONED = frozenset(_ZONED_NAMES.split())


def check_literals(root: Part) -> Iterator[Problem]:
    """A problem for each literal that would fail when an event comes."""
    for part in root.walk():
        if part.what != "call" or not part.parts:
            continue
        literal = part.parts[-1]
        if literal.what == "constant" and isinstance(literal.value, str):
            message = _fault(part.text, literal.value)
            if message:
                yield Problem(literal.offset, message, "bad-literal")


def _fault(function: str, value: str) -> str:
    quoted = json.dumps(value)
    if function == "duration" and not _works(f"duration({quoted})"):
        return f"{quoted} is not a duration here; write hours, minutes and seconds, as in 168h, 1h30m or 90s"
    if function == "timestamp" and not _works(f"timestamp({quoted})"):
        return f"{quoted} is not a moment; write it like 2026-03-02T19:00:00+01:00"
    if function == "matches" and not _works(f'"".matches({quoted})'):
        return f"{quoted} is not a regular expression (RE2 syntax)"
    if function in _ZONED and not _works(f'timestamp("2026-01-01T00:00:00Z").{function}({quoted})'):
        return f"{quoted} is not a time zone; write it like Europe/Amsterdam"
    if function == "phone.e164" and not _is_region(value):
        return f"{quoted} is not a country; write two letters such as NL"
    return ""


@lru_cache(maxsize=1)
def _bare() -> tuple[object, object]:
    env = cel.NewEnv(variables={})
    return env, env.Activation(data={})


@lru_cache(maxsize=512)
def _works(expression: str) -> bool:
    env, activation = _bare()
    try:
        value = env.compile(expression).eval(activation)  # type: ignore[attr-defined]
    except RuntimeError:
        return False
    return bool(value.type() != cel.Type.ERROR)


def _is_region(value: str) -> bool:
    return len(value) == 2 and value.isalpha()


def is_zone(name: str) -> bool:
    """Whether the time zone database knows it."""
    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return False
    return True
