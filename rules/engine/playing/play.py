"""The order of things inside one rule: conditions, steps, answer. Every effect is the performer's.

`for_each` performs a step once for each item, in order; `item` and `index` exist inside its `with`. Its outputs are
`steps.ID.items`, a list of the outputs, each with its `outcome`. It is done when every item is; at the first failed
item it stops and is failed, or goes on when the step says `on_error: continue`. No items is done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, MutableMapping
from typing import Any, Protocol

from rules.engine.cel.expressions import EvaluationError, Expression
from rules.engine.cel.plain import fit_for_cel, to_text
from rules.engine.playing.events import EventView, ToolView
from rules.engine.playing.played import NOT_MATCHED, ConditionTrace, Played, StepResult, StepTrace, step_values
from rules.engine.playing.surroundings import Surroundings
from rules.engine.playing.turns import matching_rules, side_rules, take_turns
from rules.engine.rule import Choice, Condition, Rule, Step

__all__ = [
    "ConditionTrace",
    "Performer",
    "Played",
    "StepResult",
    "StepTrace",
    "Surroundings",
    "ask",
    "evaluate_key",
    "matches",
    "matching_rules",
    "may_act",
    "play",
    "render_meanwhile",
    "side_rules",
    "take_turns",
]


class Performer(Protocol):
    """Performs one step: journals it, retries it, talks to the world. What it raises passes through `play`."""

    async def perform(
        self,
        rule: Rule,
        step: Step,
        index: int | None,
        with_: Mapping[str, Any],
        used_secrets: Collection[str],
        decided: Mapping[str, bool],
    ) -> StepResult:
        """`index` counts the items of `for_each`; `used_secrets` are the values to redact in traces."""


async def play(
    rule: Rule,
    view: EventView,
    tool: ToolView | None,
    surroundings: Surroundings,
    performer: Performer,
    decided: MutableMapping[str, bool],
) -> Played:
    """Conditions, then steps in order, then the answer. Places found in `decided` are not evaluated again."""
    return await _Play(rule, view, tool, surroundings, performer, decided).run()


def ask(rule: Rule, view: EventView, tool: ToolView | None, surroundings: Surroundings) -> Played:
    """A rule without steps, as `play` would play it: nothing is performed, so it is through at once."""
    return _Asked(rule, view, tool, surroundings, {}).ask()


def matches(
    rule: Rule,
    view: EventView,
    tool: ToolView | None,
    surroundings: Surroundings,
    decided: MutableMapping[str, bool] | None = None,
) -> Played:
    """Only the conditions: the outcome is `ran` when they hold, and no step is played."""
    matcher = _Matcher(rule, view, tool, surroundings, {} if decided is None else decided)
    matcher.matches()
    return matcher.played


def may_act(rule: Rule, view: EventView, tool: ToolView | None, surroundings: Surroundings) -> bool:
    """Whether its conditions hold, or one of them cannot be evaluated; leaves no record."""
    base = surroundings.base(rule, view, tool, rule.asked_first)
    try:
        for condition in rule.conditions:
            if not base.decide(condition.expression):
                return False
    except EvaluationError:
        return True
    return True


def render_meanwhile(
    rule: Rule, view: EventView, tool: ToolView | None, surroundings: Surroundings
) -> dict[str, Any] | None:
    """What is said while the rule still works, or None when it says nothing; raises EvaluationError."""
    if rule.meanwhile is None:
        return None
    return dict(rule.meanwhile.template.render(surroundings.base(rule, view, tool).activation))


def evaluate_key(
    rule: Rule, key: Expression | None, view: EventView, tool: ToolView | None, surroundings: Surroundings
) -> str:
    """The key of a limit, concurrency or once as text; "" is unknown and holds nothing back. Raises EvaluationError."""
    if key is None:
        return rule.name
    value = key.evaluate(surroundings.base(rule, view, tool).activation)
    return "" if value is None else to_text(value)


class _Stop(Exception):
    """The rule ends here with what was already noted."""


class _Matcher:
    """Decides conditions and notes why."""

    def __init__(
        self,
        rule: Rule,
        view: EventView,
        tool: ToolView | None,
        surroundings: Surroundings,
        decided: MutableMapping[str, bool],
    ) -> None:
        self.rule = rule
        self.surroundings = surroundings
        self.decided = decided
        self.played = Played(rule, tool.id if tool else "")
        self.event = (view, tool)
        self.base = surroundings.base(rule, view, tool, rule.asked_first)
        self.values, self.activation = self.base.values, self.base.activation

    def matches(self) -> bool:
        """Whether all conditions hold; decided once for all of them."""
        known = self.decided.get("if")
        if known is None:
            known = self._all_hold()
            if self.played.outcome == "error":
                return False
            self.decided["if"] = known
        if not known:
            self.played.outcome = NOT_MATCHED
            self.played.stopped_at = self.played.stopped_at or "if"
        return known

    def _all_hold(self) -> bool:
        for condition in self.rule.conditions:
            try:
                holds = self.evaluate(condition, self.base.decide)
            except EvaluationError as error:
                self.note_error(error.message, condition.place)
                return False
            if not holds:
                self.played.stopped_at = condition.place
                return False
        return True

    def evaluate(self, condition: Condition, decide: Callable[[Expression], bool]) -> bool:
        """Evaluate and trace one condition."""
        trace = ConditionTrace(condition.place, condition.expression, None, self.values)
        self.played.conditions.append(trace)
        try:
            trace.value = decide(condition.expression)
        except EvaluationError as error:
            trace.error = error.message
            raise
        return trace.value

    def note_error(self, message: str, place: str) -> None:
        self.played.outcome = "error"
        self.played.error = message
        self.played.stopped_at = place

    def decide(self, condition: Condition | None) -> bool:
        """A condition of a step or an answer; its decision outlives the run."""
        if condition is None:
            return True
        if condition.place not in self.decided:
            try:
                self.decided[condition.place] = self.evaluate(condition, self._now)
            except EvaluationError as error:
                self.note_error(error.message, condition.place)
                raise _Stop from error
        return self.decided[condition.place]

    def _now(self, expression: Expression) -> bool:
        return expression.decide(self.activation)


class _Asked(_Matcher):
    """Plays a rule but for its steps."""

    def ask(self) -> Played:
        try:
            if self.matches():
                self.see_everything()
                self.answer()
        except _Stop:
            pass
        return self.played

    def see_everything(self) -> None:
        """From here on the names of steps and answers are needed too."""
        whole = self.surroundings.base(self.rule, *self.event)
        self.values, self.activation = whole.values, whole.activation

    def answer(self) -> None:
        for choice in self.rule.answer:
            if self.decide(choice.condition):
                self.give(choice)
                return

    def give(self, choice: Choice) -> None:
        try:
            self.played.answer = dict(choice.template.render(self.activation))
        except EvaluationError as error:
            self.note_error(f"line {error.line}: {error.message}", choice.place)
            raise _Stop from error
        self.played.answer_place, self.played.answer_line = choice.place, choice.line


class _Play(_Asked):
    """Plays a whole rule."""

    def __init__(
        self,
        rule: Rule,
        view: EventView,
        tool: ToolView | None,
        surroundings: Surroundings,
        performer: Performer,
        decided: MutableMapping[str, bool],
    ) -> None:
        super().__init__(rule, view, tool, surroundings, decided)
        self.performer = performer

    async def run(self) -> Played:
        try:
            if self.matches():
                self.see_everything()
                for step in self.rule.steps:
                    await self.step(step)
                self.answer()
        except _Stop:
            pass
        return self.played

    async def step(self, step: Step) -> None:
        if not self.decide(step.condition):
            self.finish(step, StepResult("skipped"))
            return
        result = await self.perform(step)
        self.finish(step, result)
        if result.outcome == "failed" and step.on_error == "stop":
            self.played.outcome = "failed"
            self.played.error = result.error
            self.played.stopped_at = f"steps[{step.index}]"
            raise _Stop

    def finish(self, step: Step, result: StepResult) -> None:
        self.played.steps.append(StepTrace(step.key, step.action, result.outcome, step.line, result.error))
        if step.id:
            self.values = {**self.values, **step_values(step, result)}
            self.activation = self.rule.activation(self.values)

    async def perform(self, step: Step) -> StepResult:
        secrets = self.secrets(step)
        if step.for_each is not None:
            return await self.perform_each(step, secrets)
        return await self.perform_one(step, None, secrets, {})

    def secrets(self, step: Step) -> dict[str, str]:
        """The secrets this step mentions, by their qualified names. A missing one fails where it is used."""
        known = self.surroundings.secrets
        return {f"secrets.{name}": known[name] for name in sorted(step.secrets) if name in known}

    async def perform_one(
        self, step: Step, index: int | None, secrets: Mapping[str, str], more: Mapping[str, Any]
    ) -> StepResult:
        try:
            with_ = step.template.render(self.rule.activation({**self.values, **secrets, **more}))
        except EvaluationError as error:
            return StepResult("failed", error=f"line {error.line}: {error.message}")
        used = frozenset(value for value in secrets.values() if value)
        return await self.performer.perform(self.rule, step, index, with_, used, self.decided)

    async def perform_each(self, step: Step, secrets: Mapping[str, str]) -> StepResult:
        try:
            items = step.for_each.render(self.activation) if step.for_each else []
        except EvaluationError as error:
            return StepResult("failed", error=f"line {error.line}: {error.message}")
        if not isinstance(items, list):
            return StepResult("failed", error="`for_each` did not give a list")
        collected: list[dict[str, Any]] = []
        failure = ""
        for index, item in enumerate(items):
            more = {"item": fit_for_cel(item), "index": index}
            result = await self.perform_one(step, index, secrets, more)
            collected.append({**result.output, "outcome": result.outcome})
            failure = failure or result.error or ("an item failed" if result.outcome == "failed" else "")
            if result.outcome == "failed" and step.on_error == "stop":
                break
        failed = any(item["outcome"] == "failed" for item in collected)
        return StepResult("failed" if failed else "done", {"items": collected}, failure if failed else "")
