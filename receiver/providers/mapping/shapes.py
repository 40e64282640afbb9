"""Values that are made of expressions: one alone, or a map or a list of them, as it is written in YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from receiver.providers.mapping.cel import MISSING, Expression, Failed, Names, compiled
from receiver.providers.mapping.wording import Problem

Path = tuple[str, ...]
"""The keys that lead to a value of the mapping; items of a list by their number."""
Report = Callable[[Path, Problem], None]

DEEPEST = 20


class Shape:
    """Something that gives a value once the names are known."""

    def give(self, activation: Any) -> Any:
        """The value, or MISSING; raises Failed."""
        raise NotImplementedError

    def expressions(self) -> Iterator[Expression]:
        """All expressions inside."""
        yield from ()


@dataclass(frozen=True, eq=False)
class Constant(Shape):
    """A number, true or false, as it is written."""

    value: Any

    def give(self, activation: Any) -> Any:
        return self.value


@dataclass(frozen=True, eq=False)
class One(Shape):
    """An expression."""

    expression: Expression

    def give(self, activation: Any) -> Any:
        return self.expression.evaluate(activation)

    def expressions(self) -> Iterator[Expression]:
        yield self.expression


@dataclass(frozen=True, eq=False)
class Fields(Shape):
    """A map, from which what is missing stays away."""

    fields: Mapping[str, Shape]

    def give(self, activation: Any) -> Any:
        given = ((name, _give(name, shape, activation)) for name, shape in self.fields.items())
        return {name: value for name, value in given if value is not MISSING}

    def expressions(self) -> Iterator[Expression]:
        for shape in self.fields.values():
            yield from shape.expressions()


@dataclass(frozen=True, eq=False)
class Items(Shape):
    """A list, from which what is missing stays away."""

    items: tuple[Shape, ...]

    def give(self, activation: Any) -> Any:
        given = (_give(str(place), shape, activation) for place, shape in enumerate(self.items))
        return [value for value in given if value is not MISSING]

    def expressions(self) -> Iterator[Expression]:
        for shape in self.items:
            yield from shape.expressions()


NOTHING = Fields({})


def shape_of(written: Any, names: Names, path: Path, report: Report) -> Shape:
    """The shape that is written there; what is wrong with it is reported."""
    if len(path) > DEEPEST:
        report(path, Problem(0, f"this is nested more than {DEEPEST} deep"))
    elif isinstance(written, dict):
        return Fields({str(key): shape_of(each, names, (*path, str(key)), report) for key, each in written.items()})
    elif isinstance(written, list):
        return Items(tuple(shape_of(each, names, (*path, str(at)), report) for at, each in enumerate(written)))
    elif isinstance(written, bool | int | float):
        return Constant(written)
    else:
        return _one(written, names, path, report)
    return NOTHING


def _one(written: Any, names: Names, path: Path, report: Report) -> Shape:
    made = compiled(written if isinstance(written, str) else "", names)
    if isinstance(made, Expression):
        return One(made)
    for problem in made:
        report(path, problem)
    return NOTHING


def _give(name: str, shape: Shape, activation: Any) -> Any:
    try:
        return shape.give(activation)
    except Failed as failure:
        raise Failed(f"{name}: {failure.message}") from failure
