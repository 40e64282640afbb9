"""What rules see beside the event, and the names of one event laid out for all of its rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.engine.cel.expressions import Expression
from rules.engine.cel.plain import fit_for_cel
from rules.engine.playing.events import EventView, ToolView
from rules.engine.rule import Rule

_NOTHING: Mapping[str, Any] = {}
_MEMORY: Mapping[str, str] = {"memory.call": "call", "memory.caller": "caller"}


@dataclass
class Base:
    """What rules have asked of one event so far, and the activation of it that they share."""

    names: frozenset[str]
    values: Mapping[str, Any]
    """The names before any step."""
    activation: Any
    held: dict[str, bool]
    """Condition, as it is written → its decision."""
    about: tuple[Any, ...] = field(repr=False)
    """What it is made of: kept alive, since the key of a base holds their ids."""

    def decide(self, expression: Expression) -> bool:
        """A condition of `if`, evaluated once for all rules that write it alike; raises EvaluationError."""
        decision = self.held.get(expression.text)
        if decision is None:
            decision = self.held[expression.text] = expression.decide(self.activation)
        return decision


@dataclass(frozen=True)
class Surroundings:
    """What a rule sees beside the event. The same one must be given when a run resumes."""

    memory: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """"call" and "caller" → what was remembered before this event."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    foreseen: frozenset[str] = field(default=frozenset(), repr=False)
    """Names that rules of this event are known to ask; the others are laid out when one asks."""
    _bases: dict[tuple[int, int, tuple[str, int]], Base] = field(default_factory=dict, repr=False, compare=False)

    def base(self, rule: Rule, view: EventView, tool: ToolView | None, asked: frozenset[str] | None = None) -> Base:
        """What all rules of an event share, with the names that this one asks: those given, else all it mentions."""
        names = rule.names if asked is None else asked
        key = (id(view), id(tool), rule.setting)
        found = self._bases.get(key)
        if found is None or not names <= found.names:
            found = self._bases[key] = self._widened(found, names, rule, view, tool)
        return found

    def _widened(
        self, base: Base | None, asked: frozenset[str], rule: Rule, view: EventView, tool: ToolView | None
    ) -> Base:
        names = asked | (base.names if base else self.foreseen)
        values = dict(self._values(names, rule, view, tool))
        return Base(names, values, rule.activation(values), base.held if base else {}, (view, tool, rule))

    def _values(
        self, names: Collection[str], rule: Rule, view: EventView, tool: ToolView | None
    ) -> Iterator[tuple[str, Any]]:
        in_tool = tool.plain if tool is not None else _NOTHING
        for name in names:
            if name in in_tool:
                yield name, in_tool[name]
            elif name in view.values:
                yield name, view.fit(name)
            elif name in rule.variables:
                yield name, rule.variables[name]
            elif name in rule.scope.empties:
                yield name, rule.scope.empties[name]
            elif name in _MEMORY:
                yield name, fit_for_cel(self.memory.get(_MEMORY[name], _NOTHING))
