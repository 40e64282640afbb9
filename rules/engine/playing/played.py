"""What playing a rule leaves behind: decisions, steps and the answer, each with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from rules.engine.cel.expressions import Expression
from rules.engine.cel.plain import EMPTY, fit_for_cel, of_type, to_plain
from rules.engine.rule import Rule, Step

NOT_MATCHED = "not_matched"
"""The outcome of a rule whose conditions do not hold."""

StepOutcome = Literal["done", "failed", "skipped"]


@dataclass(frozen=True)
class StepResult:
    """What came of performing a step."""

    outcome: StepOutcome
    output: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


@dataclass(eq=False)
class ConditionTrace:
    """One condition as it was evaluated."""

    place: str
    """Such as `if[1]`, `steps[0].if` or `answer[1].if`."""
    expression: Expression
    value: bool | None
    """None when it could not be evaluated."""
    names: Mapping[str, Any] = field(repr=False)
    """The names as they were."""
    error: str = ""

    @property
    def expr(self) -> str:
        """As it is written."""
        return self.expression.text

    @property
    def line(self) -> int:
        """Where it stands."""
        return self.expression.line

    @property
    def column(self) -> int:
        """Where it stands."""
        return self.expression.column

    @cached_property
    def seen(self) -> dict[str, Any]:
        """What it looked at, shortened. Made when a trace is written, not while a caller waits."""
        return self.expression.seen(self.names)


@dataclass(frozen=True)
class StepTrace:
    """One step as it went."""

    key: str
    action: str
    outcome: StepOutcome
    line: int
    error: str = ""


@dataclass
class Played:
    """What a rule did and why. Outcomes of `play`: ran, failed, not_matched, error; turns and workers know more."""

    rule: Rule
    tool_id: str = ""
    outcome: str = "ran"
    conditions: list[ConditionTrace] = field(default_factory=list)
    stopped_at: str | None = None
    """The place that decided against it, such as `if[1]` or `steps[0]`."""
    error: str = ""
    steps: list[StepTrace] = field(default_factory=list)
    answer: dict[str, Any] | None = None
    answer_place: str = ""
    """Such as `answer[0]`."""
    answer_line: int = 0

    @property
    def answer_at(self) -> str:
        """Where the answer stands: `rules/live/ask_email.yaml:12`."""
        return f"{self.rule.path}:{self.answer_line}" if self.answer is not None else ""


def step_values(step: Step, result: StepResult) -> dict[str, Any]:
    """What later expressions see of a step: every declared output, empty ones where it gave nothing."""
    prefix = f"steps.{step.id}"
    values: dict[str, Any] = {f"{prefix}.outcome": result.outcome}
    output = to_plain(result.output)
    if step.for_each is not None:
        values[f"{prefix}.items"] = fit_for_cel(output.get("items", []))
    elif not step.output:
        values[prefix] = fit_for_cel({name: value for name, value in output.items() if value is not None})
    else:
        for name, word in step.output.items():
            values[f"{prefix}.{name}"] = of_type(output[name], word) if name in output else EMPTY[word]
    return values
