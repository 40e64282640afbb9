"""One event as rules see it: flat qualified names and their values. Made by whoever holds the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rules.engine.cel.plain import fit_for_cel


@dataclass
class ToolView:
    """One tool call of an event."""

    id: str
    name: str
    values: Mapping[str, Any]
    """The names that differ from tool to tool: tool.id, tool.name, tool.arguments."""

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The values as expressions take them; made once."""
        return {name: fit_for_cel(value) for name, value in self.values.items()}


@dataclass
class EventView:
    """One event. `values` holds exactly the names its kind declares, such as "call.from"."""

    id: str
    kind: str
    native: str = ""
    connection: str = ""
    provider: str = ""
    generation: str = ""
    name: str = ""
    """The name of an emitted event, or of the rule that a schedule or a person runs."""
    values: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[ToolView, ...] = ()
    _fit: dict[str, Any] = field(init=False, default_factory=dict, repr=False, compare=False)

    def fit(self, name: str) -> Any:
        """One value as expressions take it; made when first asked for, since few rules look at a whole payload."""
        if name not in self._fit:
            self._fit[name] = fit_for_cel(self.values[name])
        return self._fit[name]

    @cached_property
    def plain(self) -> dict[str, Any]:
        """All values as expressions take them."""
        return {name: self.fit(name) for name in self.values}
