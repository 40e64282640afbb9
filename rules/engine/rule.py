"""A rule as it is in force: parsed, checked and compiled. Made by the loader; nothing here changes afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from rules.engine.cel.expressions import Expression
from rules.engine.cel.scope import Scope
from rules.engine.cel.templates import Fields, Template
from rules.engine.playing.events import EventView, ToolView

Late = Literal["inject", "drop"]
BY_NAME = frozenset({"schedule", "manual"})
"""Kinds whose events belong to the one rule they name."""


@dataclass(frozen=True)
class Source:
    """Everything a rule is made of, as text: enough to make the same rule again anywhere."""

    name: str
    path: str
    text: str
    vars_text: str = ""
    assistants: Mapping[str, str] = field(default_factory=dict)
    """File name as in `config: assistants/night.json` → its text; only those the rule uses."""

    @property
    def version(self) -> str:
        """The same for the same text, vars and assistants, wherever the files lie."""
        parts = [self.name, self.text, self.vars_text]
        for name in sorted(self.assistants):
            parts += [name, self.assistants[name]]
        digest = hashlib.sha256()
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
        return f"sha256:{digest.hexdigest()}"

    def to_json(self) -> bytes:
        """As it is kept in the store."""
        return json.dumps({**vars(self), "assistants": dict(self.assistants)}, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, document: bytes) -> Source:
        """Back from `to_json`."""
        return cls(**json.loads(document))


@dataclass(frozen=True)
class Trigger:
    """One entry of `on`. Without a kind it is about the platform's own event names."""

    kind: str
    filter: str = ""
    """The name whose value is compared with `values`."""
    values: frozenset[str] = frozenset()
    """What the filter accepts; empty accepts everything."""
    line: int = 0
    column: int = 0

    def fits(self, view: EventView) -> bool:
        """Whether the event is one of these; for tools, whether any of its tools is."""
        if not self.kind:
            return view.native in self.values
        if self.kind != view.kind:
            return False
        if not self.values:
            return True
        if self.filter == "tool.name":
            return any(tool.name in self.values for tool in view.tools)
        return view.values.get(self.filter) in self.values

    def fits_tool(self, view: EventView, tool: ToolView) -> bool:
        """Whether it is about this tool call."""
        if not self.kind or self.kind != view.kind:
            return self.fits(view)
        return self.filter != "tool.name" or not self.values or tool.name in self.values


@dataclass(frozen=True, eq=False)
class Condition:
    """One entry of `if`, and its place such as `if[1]` or `steps[0].if`."""

    expression: Expression
    place: str


@dataclass(frozen=True)
class Retry:
    """How a failed step is tried again. Seconds."""

    tries: int = 5
    first: float = 2.0
    factor: float = 2.0
    max_age: float = 86400.0
    given: bool = False
    """Whether the rule said so itself."""


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a rule."""

    key: str
    """Unique in the rule: its id, else `step-1`, `step-2`, ..."""
    id: str
    index: int
    name: str
    action: str
    template: Fields
    """What `with` becomes."""
    line: int
    column: int
    condition: Condition | None = None
    connection: str = ""
    timeout: float | None = None
    retry: Retry = Retry()
    on_error: Literal["stop", "continue"] = "stop"
    for_each: Template | None = None
    output: Mapping[str, str] = field(default_factory=dict)
    """What its action declares to give → type word."""

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The names of the secrets that `with` mentions."""
        names = self.template.names | (self.for_each.names if self.for_each else frozenset())
        return frozenset(name.removeprefix("secrets.") for name in names if name.startswith("secrets."))


@dataclass(frozen=True, eq=False)
class Choice:
    """One entry of `answer`, or `meanwhile`."""

    place: str
    template: Fields
    line: int
    column: int
    condition: Condition | None = None


@dataclass(frozen=True, eq=False)
class Limit:
    """A ceiling: at most `count` runs in `per` seconds for each key."""

    count: int
    per: float
    key: Expression | None
    excess: Literal["skip", "delay"]


@dataclass(frozen=True, eq=False)
class Concurrency:
    """At most `max` runs at one time for each key."""

    key: Expression | None
    max: int
    mode: Literal["queue", "skip", "restart"]


@dataclass(frozen=True, eq=False)
class Once:
    """At most once for each key, for good or in `per` seconds."""

    key: Expression
    per: float | None


@dataclass(frozen=True)
class Schedule:
    """When a rule runs by itself."""

    cron: str
    timezone: str
    catch_up: Literal["skip", "once"]

    @property
    def identity(self) -> str:
        """The same for schedules that are due at the same moments."""
        return f"{' '.join(self.cron.upper().split())} {self.timezone}"


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule file."""

    name: str
    source: Source
    description: str
    triggers: tuple[Trigger, ...]
    scope: Scope
    variables: Mapping[str, Any]
    """`vars.NAME` → value."""
    zone: str = "UTC"
    owner: str = ""
    runbook: str = ""
    tags: tuple[str, ...] = ()
    enabled: bool = True
    mode: Literal["live", "shadow"] = "live"
    connections: tuple[str, ...] = ()
    """Which connections it listens to; empty for all."""
    priority: float = 100
    backstop: bool = False
    conditions: tuple[Condition, ...] = ()
    steps: tuple[Step, ...] = ()
    answer: tuple[Choice, ...] = ()
    within: float | None = None
    meanwhile: Choice | None = None
    late: Late = "inject"
    late_given: bool = False
    limit: Limit | None = None
    concurrency: Concurrency | None = None
    once: Once | None = None
    schedule: Schedule | None = None

    @property
    def path(self) -> str:
        """The file, as findings and traces name it."""
        return self.source.path

    @cached_property
    def version(self) -> str:
        """The hash over its text, vars and assistants."""
        return self.source.version

    @property
    def document(self) -> bytes:
        """Everything it is made of, for `load_document`."""
        return self.source.to_json()

    @cached_property
    def setting(self) -> tuple[str, int]:
        """The same for rules to which the names of an event mean the same: those with equal vars."""
        return self.source.vars_text, id(self.scope.empties) if self.scope.empties else 0

    @cached_property
    def names(self) -> frozenset[str]:
        """Every declared name that any of its expressions mentions."""
        return frozenset(name for expression in self.expressions() for name in expression.names)

    @cached_property
    def remembers(self) -> bool:
        """Whether any of them is about memory."""
        return any(name.startswith("memory.") for name in self.names)

    @cached_property
    def asked_first(self) -> frozenset[str]:
        """The names that its conditions mention."""
        return frozenset(name for condition in self.conditions for name in condition.expression.names)

    def expressions(self) -> Iterator[Expression]:
        """Every expression of the rule."""
        places: list[Step | Choice] = [*self.steps, *self.answer, *([self.meanwhile] if self.meanwhile else [])]
        yield from (condition.expression for condition in self.conditions)
        for place in places:
            yield from place.template.expressions()
            yield from [place.condition.expression] if place.condition else []
        for step in self.steps:
            yield from step.for_each.expressions() if step.for_each else ()
        for held in (self.limit, self.concurrency, self.once):
            yield from [held.key] if held is not None and held.key is not None else []

    @property
    def answers(self) -> bool:
        """Whether it takes turns; rules without an answer run beside them."""
        return bool(self.answer)

    @cached_property
    def acts(self) -> bool:
        """Whether it does anything but answer: takes a step, or counts its runs."""
        return bool(self.steps or self.limit or self.concurrency or self.once)

    @property
    def shadow(self) -> bool:
        """Whether it only shows what it would do."""
        return self.mode == "shadow"

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds it listens to."""
        return frozenset(trigger.kind for trigger in self.triggers if trigger.kind)

    @cached_property
    def order(self) -> tuple[bool, float, str]:
        """Sorts rules into the order of their turns."""
        return (self.backstop, self.priority, self.name)

    def step(self, key: str) -> Step | None:
        """The step with that key."""
        return next((step for step in self.steps if step.key == key), None)

    def listens(self, view: EventView) -> bool:
        """Whether the event is one this rule is about; says nothing of its conditions."""
        for trigger in self.triggers:
            if trigger.fits(view):
                break
        else:
            return False
        if view.kind in BY_NAME:
            return view.name == self.name
        return not self.connections or not view.connection or view.connection in self.connections

    def listens_to_tool(self, view: EventView, tool: ToolView | None) -> bool:
        """Whether it is about this tool call of the event, or about an event without any."""
        return self.listens(view) and (tool is None or self.fits_tool(view, tool))

    def fits_tool(self, view: EventView, tool: ToolView) -> bool:
        """Whether it is about this tool call of an event that it listens to."""
        return any(trigger.fits_tool(view, tool) for trigger in self.triggers)

    def activation(self, values: Mapping[str, Any]) -> Any:
        """The names for one evaluation, as the CEL library takes them."""
        return self.scope.env.Activation(data=values)


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules in the order of their turns: priority, then file name, backstops last."""
    return tuple(sorted(rules, key=lambda rule: rule.order))
