"""Ceilings on what costs money: how much of it one connection may do in any stretch of time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema

from store.durations import seconds

Cost = Literal["numbers-bought", "calls-started"]
"""What is counted."""

_WRITTEN = re.compile(r"(\d{1,9})\s+per\s+(\S+)")


@dataclass(frozen=True)
class Ceiling:
    """At most `count` in any `per` seconds."""

    count: int
    per: float
    written: str
    """As people write it: `5 per 1d`."""

    def __str__(self) -> str:
        return self.written


def ceiling(value: Any) -> Ceiling:
    """Read `20 per 1d`; raises ValueError with a sentence that shows how to write one."""
    if isinstance(value, Ceiling):
        return value
    text = " ".join(str(value).split())
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a ceiling; write for example 20 per 1d or 500 per 1h")
    per = seconds(found[2])
    if per <= 0:
        raise ValueError(f"{text!r} counts over no time at all; write for example {found[1]} per 1d")
    return Ceiling(int(found[1]), per, text)


_TEXT = {
    "type": "string",
    "pattern": rf"^\s*{_WRITTEN.pattern}\s*$",
    "patternErrorMessage": "This must be a ceiling such as 20 per 1d or 500 per 1h.",
}
WrittenCeiling = Annotated[Ceiling, BeforeValidator(ceiling), WithJsonSchema(_TEXT)]

DEFAULT_CEILINGS: Mapping[Cost, Ceiling] = {
    "numbers-bought": ceiling("5 per 1d"),
    "calls-started": ceiling("60 per 1h"),
}
"""In force for every connection that does not say otherwise."""
