"""How two values differ; each difference is one readable line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rules.engine.cel.plain import to_json, to_plain

ABSENT = object()
"""Stands for what is not there at all."""


@dataclass(frozen=True, eq=False)
class Whole:
    """Both sides of a larger comparison, to be looked at side by side."""

    where: str
    wanted: Any
    got: Any


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise than expected."""

    where: str
    """Such as `outcome`, `answer.result` or `calls[0].with.query.phone`."""
    wanted: str
    got: str
    whole: Whole | None = None
    """What it is a part of."""

    @property
    def text(self) -> str:
        """One line."""
        return f"{self.where}: wanted {self.wanted}, got {self.got}"


def exact(wanted: Any, got: Any, where: str) -> Iterator[Difference]:
    """Everything must be equal; maps and lists are compared inside, so that the line names the field."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        for key in [*wanted, *(key for key in got if key not in wanted)]:
            yield from exact(wanted.get(key, ABSENT), got.get(key, ABSENT), f"{where}.{key}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for place, (left, right) in enumerate(zip(wanted, got, strict=True)):
            yield from exact(left, right, f"{where}[{place}]")
    elif wanted is not got and (wanted != got or isinstance(wanted, bool) != isinstance(got, bool)):
        yield Difference(where, shown(wanted), shown(got))


def part(wanted: Any, got: Any, where: str) -> Iterator[Difference]:
    """Maps may hold more than is wanted; everything else must be equal. A wanted null is a field that is not there."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        for key, value in wanted.items():
            yield from part(value, got.get(key, ABSENT), f"{where}.{key}")
    elif wanted is not None or got is not ABSENT:
        yield from exact(wanted, got, where)


def of_whole(differences: Iterator[Difference], where: str, wanted: Any, got: Any) -> Iterator[Difference]:
    """The same differences; each knows what it is a part of."""
    whole = Whole(where, to_plain(wanted), to_plain(got))
    for difference in differences:
        yield replace(difference, whole=whole)


def shown(value: Any) -> str:
    """The value as a line says it."""
    return "nothing" if value is ABSENT or value is None else to_json(value)
