"""One event as rules see it: flat qualified names and their values. Made by whoever holds the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rules.engine.plain import fit_for_cel


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The values as expressions take them; made once."""
        return {name: fit_for_cel(value) for name, value in self.values.items()}
