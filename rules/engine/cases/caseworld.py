"""What the actions of our own touch in a test: the case's own memory, and the events that rules emit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.engine.cases.testfile import Case
from rules.engine.playing.events import EventView
from rules.engine.rule import Step
from rules.engine.vocabulary import Came

_MEMORY = "memory."


@dataclass
class CaseWorld:
    """Steps that need no stub: `memory.*`, `emit`, `log`, and whatever gives nothing."""

    case: Case
    view: EventView
    emitted: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        kept = {scope: values for scope, values in self.case.memory.items() if not self._is_nobody(scope)}
        self.before: Mapping[str, Mapping[str, Any]] = kept
        """Memory as conditions see it."""
        self.memory: dict[str, dict[str, Any]] = {scope: dict(kept.get(scope, {})) for scope in ("call", "caller")}

    def perform(self, step: Step, with_: Mapping[str, Any]) -> Came | None:
        """What the step gives; None when only a stub can say."""
        if step.action.startswith(_MEMORY):
            return self._remember(step.action, with_)
        if step.action == "emit":
            return self._emit(with_)
        return Came("done") if step.action == "log" or not step.output else None

    def _emit(self, with_: Mapping[str, Any]) -> Came:
        at = with_.get("at") or self.case.at
        self.emitted.append({"event": with_.get("event", ""), "data": with_.get("data", {}), "at": at})
        return Came("done", {"id": f"evt_emitted_{len(self.emitted)}"})

    def _remember(self, action: str, with_: Mapping[str, Any]) -> Came:
        scope, key = str(with_.get("scope", "call")), str(with_.get("key", ""))
        values = {} if self._is_nobody(scope) else self.memory[scope]
        if action == "memory.forget":
            return Came("done", {"value": values.pop(key, None)})
        if action == "memory.set":
            values[key] = with_.get("value")
            return Came("done", {"value": values[key]})
        before = values.get(key, 0)
        if not isinstance(before, int | float):
            return Came("refused", {}, f"what is remembered as {key} is not a number")
        values[key] = before + with_.get("value", 1)
        return Came("done", {"value": values[key]})

    def _is_nobody(self, scope: str) -> bool:
        """Whether nothing is kept: anonymous callers are not one person. When we call out, the person is called."""
        values = self.view.values
        person = "call.to" if values.get("call.direction") == "outbound" else "call.from"
        return scope == "caller" and not values.get(person, "")
