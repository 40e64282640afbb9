"""Performs the steps of a test case: by stubs, or in the case's own memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rules.engine.played import StepResult
from rules.engine.rule import Rule, Step
from rules.engine.testfile import Case, Stub
from rules.engine.vocabulary import Vocabulary

_MEMORY = "memory."
_BY_ITSELF = frozenset({"log", "emit"})
_SHOWN_EMPTY = {"string": '""', "number": "0", "bool": "true", "map": "{}", "list": "[]", "dyn": "{}"}


@dataclass(frozen=True)
class Call:
    """One step that was performed, and with what."""

    step: str
    action: str
    with_: Mapping[str, Any]
    index: int | None = None


class StubPlayer:
    """The performer of one case. Time passes only as stubs say."""

    def __init__(self, case: Case, vocabulary: Vocabulary) -> None:
        self.case = case
        self.vocabulary = vocabulary
        self.memory = {scope: dict(values) for scope, values in case.memory.items()}
        self.calls: list[Call] = []
        self.elapsed = 0.0
        self.unstubbed = ""
        self._used: dict[str, int] = {}

    async def perform(
        self,
        rule: Rule,
        step: Step,
        index: int | None,
        with_: Mapping[str, Any],
        used_secrets: Collection[str],
        decided: Mapping[str, bool],
    ) -> StepResult:
        """The stub's result, after the parameters were found to fit the action."""
        self.calls.append(Call(step.key, step.action, with_, index))
        problem = self._misfit(step, with_)
        if problem:
            return StepResult("failed", error=problem)
        stubs = self.case.stubs.get(step.key, ())
        if stubs:
            turn = self._used.get(step.key, 0)
            self._used[step.key] = turn + 1
            return self._stubbed(stubs[min(turn, len(stubs) - 1)], step)
        return self._unstubbed(step, with_)

    def _misfit(self, step: Step, with_: Mapping[str, Any]) -> str:
        try:
            self.vocabulary.actions[step.action].params.model_validate(dict(with_))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            return f"with.{'.'.join(map(str, first['loc']))}: {first['msg']}"
        return ""

    def _stubbed(self, stub: Stub, step: Step) -> StepResult:
        if step.timeout is not None and stub.delay > step.timeout:
            self.elapsed += step.timeout
            return StepResult("failed", error=f"no answer within {step.timeout:g}s")
        self.elapsed += stub.delay
        if stub.error:
            return StepResult("failed", stub.output, stub.error)
        return StepResult("done", stub.output)

    def _unstubbed(self, step: Step, with_: Mapping[str, Any]) -> StepResult:
        if step.action.startswith(_MEMORY):
            return StepResult("done", {"value": self._remember(step.action, with_)})
        if step.action not in _BY_ITSELF and step.output:
            example = ", ".join(f"{name}: {_SHOWN_EMPTY.get(word, '{}')}" for name, word in step.output.items())
            self.unstubbed = self.unstubbed or (
                f"step {step.key} ({step.action}) has no stub; say what it gives, as in "
                f"`stubs: {{ {step.key}: {{ {example} }} }}`"
            )
        return StepResult("done", {"event": with_.get("event", "")} if step.action == "emit" else {})

    def _remember(self, action: str, with_: Mapping[str, Any]) -> Any:
        values = self.memory.setdefault(str(with_.get("scope", "call")), {})
        key = str(with_.get("key", ""))
        if action == "memory.forget":
            return values.pop(key, None)
        if action == "memory.add":
            values[key] = values.get(key, 0) + with_.get("value", 1)
        else:
            values[key] = with_.get("value")
        return values[key]
