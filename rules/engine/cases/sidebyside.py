"""Two values beside each other, line by line, with a mark between the lines that differ."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from rules.engine.cel.plain import to_json

Mark = Literal[" ", "≠", "<", ">"]
"""The same on both sides, different, only on the left, only on the right."""
_NARROWEST = 16
_INDENT = "  "


@dataclass(frozen=True)
class Row:
    """One line of both sides."""

    left: str
    mark: Mark
    right: str


def side_by_side(left: Any, right: Any, width: int) -> Iterator[Row]:
    """Both values as lines, each side at most half of the width wide, and the left one padded."""
    column = max(_NARROWEST, (width - 3) // 2)
    lefts, rights = list(outline(left)), list(outline(right))
    widest = min(column, max(map(len, lefts), default=0))
    for mark, before, after in _aligned(lefts, rights):
        for one, other in zip_longest(_wrapped(before, column), _wrapped(after, column), fillvalue=""):
            yield Row(one.ljust(widest), mark, other)


def _aligned(lefts: list[str], rights: list[str]) -> Iterator[tuple[Mark, str, str]]:
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, lefts, rights, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((" ", line, line) for line in lefts[i1:i2])
        for before, after in zip_longest(lefts[i1:i2], rights[j1:j2]) if tag != "equal" else ():
            yield ("<" if after is None else ">" if before is None else "≠"), before or "", after or ""


def _wrapped(line: str, column: int) -> list[str]:
    indent = " " * min(column // 2, len(line) - len(line.lstrip(" ")) + len(_INDENT))
    return textwrap.wrap(line, column, subsequent_indent=indent) or [""]


def outline(value: Any, depth: int = 0) -> Iterator[str]:
    """The value as YAML would say it, one thing on a line."""
    indent = _INDENT * depth
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _item(f"{indent}{key}:", inner, depth)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _item(f"{indent}-", inner, depth)
    else:
        for line in _plain(value).splitlines() or [""]:
            yield f"{indent}{line}"


def _item(head: str, inner: Any, depth: int) -> Iterator[str]:
    if (isinstance(inner, Mapping | list) and inner) or (isinstance(inner, str) and "\n" in inner):
        yield head
        yield from outline(inner, depth + 1)
    else:
        yield f"{head} {_plain(inner)}"


def _plain(value: Any) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) and value else to_json(value)
