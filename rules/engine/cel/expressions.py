"""One CEL expression: compiled and checked once when its file is loaded, evaluated for every event."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rules.engine.cel.celcheck import check_tree
from rules.engine.cel.celib import cel
from rules.engine.cel.celtree import CelType, Part, read_tree
from rules.engine.cel.scope import Scope
from rules.engine.playing.explain import explain
from rules.engine.source.place import Place, Problem

Locate = Callable[[int], tuple[int, int]]
"""Character offset in an expression → line and column in its file."""
Report = Callable[[Problem], None]

_ERROR = cel.Type.ERROR
_STATUS = re.compile(r" \[[A-Z_]+\]$")
_LONGEST = 10_000
_GLANCE_TEXT, _GLANCE_ITEMS, _GLANCE_DEPTH = 200, 10, 3


class EvaluationError(Exception):
    """An expression that could not be evaluated. `message` is a sentence for a trace."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, eq=False)
class Expression:
    """A compiled expression and where it stands."""

    text: str
    line: int
    column: int
    program: Any
    paths: tuple[tuple[str, tuple[str, ...]], ...]
    """What it looks at: a declared name, and the fields asked of it."""
    type: CelType
    constant: bool
    """Whether it gives the same for every event."""

    @property
    def names(self) -> frozenset[str]:
        """The declared names it mentions."""
        return frozenset(name for name, _ in self.paths)

    def evaluate(self, activation: Any) -> Any:
        """The value as Python knows it; raises EvaluationError."""
        try:
            value = self.program.eval(activation)
            plain = value.plain_value()
        except (RuntimeError, TypeError, SystemError, UnicodeError) as error:
            raise EvaluationError(_tidy(str(error)), self.line, self.column) from error
        if plain.__class__ is str and value.type() == _ERROR:
            raise EvaluationError(_tidy(plain), self.line, self.column)
        return plain

    def decide(self, activation: Any) -> bool:
        """True or false; anything else raises EvaluationError."""
        value = self.evaluate(activation)
        if value is True or value is False:
            return value
        raise EvaluationError(f"a condition must be true or false, this is {_kind(value)}", self.line, self.column)

    def seen(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What it looked at, shortened for a trace."""
        return {".".join((name, *fields)): glance(_follow(values.get(name), fields)) for name, fields in self.paths}


def compile_expression(text: str, scope: Scope, place: Place, locate: Locate, report: Report) -> Expression | None:
    """The expression, or None after reporting everything that is wrong with it."""
    if not text.strip():
        report(Problem(0, "this expression is empty", "expression"))
        return None
    if len(text) > _LONGEST:
        report(Problem(0, f"this expression is longer than {_LONGEST} characters", "expression"))
        return None
    try:
        program = scope.env.compile(text)
    except (RuntimeError, TypeError) as error:
        for problem in explain(str(error), text, scope, place):
            report(problem)
        return None
    root = read_tree(program.serialize())
    problems = check_tree(root, text, scope, place)
    for problem in problems:
        report(problem)
    if any(problem.severity == "error" for problem in problems):
        return None
    line, column = locate(len(text) - len(text.lstrip()))
    paths = _paths(root, scope)
    return Expression(text.strip(), line, column, program, paths, root.type, not paths)


def _paths(root: Part, scope: Scope) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    stack: list[tuple[Part, frozenset[str]]] = [(root, frozenset())]
    while stack:
        part, bound = stack.pop()
        if part.what == "loop":
            bound = bound | part.value
        path = _path(part, scope)
        if path is None:
            stack.extend((child, bound) for child in reversed(list(part.children())))
        elif path[0] not in bound:
            found[path] = None
    return tuple(found)


def _path(part: Part, scope: Scope) -> tuple[str, tuple[str, ...]] | None:
    fields: list[str] = []
    while part.what != "name":
        if part.what == "select" and part.target is not None:
            fields.append(part.text)
            part = part.target
        elif part.what == "call" and part.text == "_?._":
            fields.append(str(part.parts[1].value))
            part = part.parts[0]
        else:
            return None
    return (part.text, tuple(reversed(fields))) if part.text in scope.words else None


def _follow(value: Any, fields: tuple[str, ...]) -> Any:
    for name in fields:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def glance(value: Any, depth: int = _GLANCE_DEPTH) -> Any:
    """The value shortened: long text is cut, long and deep maps and lists lose their tail."""
    if isinstance(value, str):
        return value if len(value) <= _GLANCE_TEXT else value[:_GLANCE_TEXT] + "…"
    if isinstance(value, Mapping):
        if depth == 0:
            return "{…}" if value else {}
        return {str(key): glance(value[key], depth - 1) for key in list(value)[:_GLANCE_ITEMS]}
    if isinstance(value, list | tuple):
        if depth == 0:
            return "[…]" if value else []
        return [glance(item, depth - 1) for item in value[:_GLANCE_ITEMS]]
    return value.isoformat() if hasattr(value, "isoformat") else value


_KINDS = {str: "text", int: "a number", float: "a number", dict: "a map", list: "a list", type(None): "null"}


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), f"a {type(value).__name__.lower()}")


def _tidy(message: str) -> str:
    """The library's sentence without its status word: `NOT_FOUND: Key not found in map : "x"`."""
    head, separator, tail = message.partition(": ")
    sentence = _STATUS.sub("", tail if separator and head.isupper() else message)
    if "No matching overloads" in sentence:
        return "these values do not go together: " + sentence.partition(" : ")[2]
    return sentence[:500].replace(" : ", ": ")
