"""Tries an expression on a stored event: nothing but the value comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.frame import framed
from console.web.book import Pages
from rules.engine.cel.expressions import EvaluationError, Expression, compile_expression
from rules.engine.cel.plain import fit_for_cel, to_plain
from rules.engine.cel.scope import Scope, Scopes
from rules.engine.playing.events import EventView, ToolView
from rules.engine.source.place import Place, Problem

LONGEST = 2_000
"""Characters of an expression."""
_WIDEST = 10_000


@dataclass(frozen=True)
class Said:
    """Something that is wrong, with its place in the expression."""

    message: str
    column: int = 0
    line: str = ""
    caret: str = ""


@dataclass(frozen=True)
class Tried:
    """What came of it."""

    value: Any = None
    seen: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Said, ...] = ()


async def try_expression(text: str, view: EventView, tool: ToolView | None, pages: Pages, memory: Any) -> Tried:
    """In a thread of its own; how often a loop goes round and how deep it goes is bounded by the library."""
    if len(text) > LONGEST:
        return Tried(problems=(Said(f"an expression has at most {LONGEST} characters here"),))
    return await asyncio.to_thread(_try, text, view, tool, pages, memory)


def _try(text: str, view: EventView, tool: ToolView | None, pages: Pages, memory: Any) -> Tried:
    vars_ = pages.loaded.vars
    scope = Scopes(pages.words, vars_.words, vars_.zone, vars_.local_faults).scope([view.kind], [], [])
    problems: list[Problem] = []
    expression = compile_expression(
        text, scope, Place("this expression"), lambda offset: _locate(text, offset), problems.append
    )
    said = tuple(_said(text, problem.offset, problem.message) for problem in problems)
    if expression is None:
        return Tried(problems=said)
    return _evaluated(expression, _values(scope, view, tool, pages, memory), scope, text, said)


def _evaluated(
    expression: Expression, values: Mapping[str, Any], scope: Scope, text: str, said: tuple[Said, ...]
) -> Tried:
    seen = to_plain(expression.seen(values))
    try:
        value = expression.evaluate(scope.env.Activation(data=dict(values)))
    except EvaluationError as error:
        return Tried(seen=seen, problems=(*said, _said(text, max(0, error.column - 1), error.message)))
    return Tried(to_plain(value), seen, said)


def _values(scope: Scope, view: EventView, tool: ToolView | None, pages: Pages, memory: Any) -> dict[str, Any]:
    named = {**view.values, **(tool.values if tool else {})}
    named |= {f"vars.{name}": value for name, value in pages.loaded.vars.values.items()}
    named |= {f"memory.{name}": value for name, value in memory.items()}
    values = {**scope.empties, **{name: {} for name in ("memory.call", "memory.caller")}, **named}
    return {name: fit_for_cel(value) for name, value in values.items() if name in scope.words}


def _locate(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _said(text: str, offset: int, message: str) -> Said:
    number, column = _locate(text, offset)
    lines = text.split("\n")
    line, before = framed(lines[number - 1] if number <= len(lines) else "", column, _WIDEST)
    return Said(message, column, line, " " * before + "^")
