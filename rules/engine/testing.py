"""Runs `.test.yaml` files: no network, a virtual clock, and stubs instead of steps.

Steps that only touch our own memory or log (`log`, `emit`, `memory.*`) work by themselves, and steps that give nothing
count as done; any other step needs a stub. `limit`, `once` and `concurrency` are the worker's and hold nothing back
here; `enabled` and `mode` do not matter either: a test is about what the rule would do.
"""

from __future__ import annotations

import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from rules.engine.caseplayer import Call, StubPlayer
from rules.engine.caseview import CaseError, Sampler, view_of
from rules.engine.coverage import Coverage
from rules.engine.events import EventView, ToolView
from rules.engine.expect import Difference, compare
from rules.engine.expressions import EvaluationError
from rules.engine.findings import Finding
from rules.engine.load import TEST_SUFFIX, Loaded, load_assistants, load_folder, shown
from rules.engine.play import Surroundings, play, render_meanwhile
from rules.engine.played import Played
from rules.engine.readrule import read_context, read_rule
from rules.engine.rule import Rule
from rules.engine.testfile import Case, TestFile, read_tests
from rules.engine.variables import read_vars
from rules.engine.vocabulary import Vocabulary

T = TypeVar("T")


@dataclass(frozen=True)
class CaseResult:
    """How one case went."""

    rule: str
    path: str
    line: int
    name: str
    differences: tuple[Difference, ...] = ()
    played: Played | None = None
    calls: tuple[Call, ...] = ()
    problem: str = ""
    """Why the case could not be played at all."""

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences and not self.problem


@dataclass
class Results:
    """How all cases went."""

    cases: list[CaseResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    """What is wrong with test files, and with rules that have tests."""
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def passed(self) -> bool:
        """Whether every case passed and every test file could be read."""
        return not self.findings and all(case.passed for case in self.cases)


@dataclass(frozen=True)
class Told:
    """What a case observes beside what was played."""

    played: Played
    calls: tuple[Call, ...]
    late: bool
    meanwhile: Mapping[str, Any] | None


def run_tests(folder: Path, vocabulary: Vocabulary, sampler: Sampler, only: str = "") -> Results:
    """Every case of the folder whose rule or name contains `only`. Raises NoFolder."""
    loaded = load_folder(folder, vocabulary)
    assistants = load_assistants(folder)
    results = Results(coverage=Coverage.of(loaded.rules))
    for file in test_files(folder, loaded, vocabulary):
        rule = loaded.rule(file.rule)
        results.findings += file.findings
        if rule is None:
            results.findings += _why_unusable(file, loaded)
            continue
        for case in file.cases:
            if only in file.rule or only in case.name:
                result = run_case(case, rule, vocabulary, sampler, assistants, file.path)
                results.cases.append(result)
                results.coverage.note(rule.name, result.played)
    return results


def _why_unusable(file: TestFile, loaded: Loaded) -> list[Finding]:
    found = next((loaded_file for loaded_file in loaded.files if loaded_file.name == file.rule), None)
    if found is None:
        return [no_rule(file.path, file.rule)]
    return [finding for finding in found.findings if finding.severity == "error"]


def no_rule(path: str, name: str) -> Finding:
    """A test file that stands alone."""
    return Finding(path, 1, 1, name, f"there is no rule {name}.yaml beside these tests", "test-without-rule")


def test_files(folder: Path, loaded: Loaded, vocabulary: Vocabulary) -> list[TestFile]:
    """Every test file of the folder, read."""
    files = []
    for path in sorted(folder.glob(f"*{TEST_SUFFIX}")):
        if path.is_file() and not path.name.startswith("."):
            name = path.name.removesuffix(TEST_SUFFIX)
            files.append(read_tests(name, shown(path), path.read_bytes(), loaded.rule(name), vocabulary))
    return files


test_files.__test__ = False  # type: ignore[attr-defined]


def run_case(
    case: Case, rule: Rule, vocabulary: Vocabulary, sampler: Sampler, assistants: Mapping[str, str], path: str
) -> CaseResult:
    """Play one case and compare."""
    result = CaseResult(rule.name, path, case.line, case.name)
    try:
        varied = _with_vars(rule, case, vocabulary, assistants)
        told = _play(varied, case, view_of(case, varied, vocabulary, sampler), vocabulary)
    except CaseError as error:
        return replace(result, problem=str(error))
    differences = tuple(compare(case.expect, told.played, told.calls, told.late, told.meanwhile))
    return replace(result, differences=differences, played=told.played, calls=told.calls)


def _with_vars(rule: Rule, case: Case, vocabulary: Vocabulary, assistants: Mapping[str, str]) -> Rule:
    if not case.vars:
        return rule
    merged = {**read_vars(rule.source.vars_text, "vars.yaml").values, **case.vars}
    vars_ = read_vars(json.dumps(merged, default=str), "vars.yaml")
    loaded = read_rule(rule.name, rule.path, rule.source.text, read_context(vocabulary, vars_, assistants))
    problems = [*vars_.findings, *loaded.findings]
    if loaded.rule is None:
        raise CaseError(f"the rule does not check with these `vars`: {problems[0].text}")
    return loaded.rule


def _play(rule: Rule, case: Case, view: EventView, vocabulary: Vocabulary) -> Told:
    tool = _tool(rule, view)
    if not rule.listens_to_tool(view, tool):
        return Told(Played(rule, outcome="not_matched", stopped_at="on"), (), late=False, meanwhile=None)
    secrets = {name: f"<secrets.{name}>" for step in rule.steps for name in step.secrets}
    surroundings = Surroundings(memory=case.memory, secrets=secrets)
    player = StubPlayer(case, vocabulary)
    played = _finish(play(rule, view, tool, surroundings, player, {}))
    if player.unstubbed:
        raise CaseError(player.unstubbed)
    late = played.answer is not None and player.elapsed > _patience(rule, view, vocabulary)
    return Told(played, tuple(player.calls), late, _meanwhile(rule, view, tool, surroundings) if late else None)


def _tool(rule: Rule, view: EventView) -> ToolView | None:
    """The first tool call the rule is about, else the first."""
    wanted = (tool for tool in view.tools if rule.listens_to_tool(view, tool))
    return next(wanted, view.tools[0] if view.tools else None)


def _patience(rule: Rule, view: EventView, vocabulary: Vocabulary) -> float:
    """Virtual seconds after which the answer is late."""
    connection = vocabulary.connections.get(view.connection)
    deadline = connection.deadlines.get(view.kind, float("inf")) if connection else float("inf")
    return min(deadline, rule.within if rule.within is not None else float("inf"))


def _meanwhile(
    rule: Rule, view: EventView, tool: ToolView | None, surroundings: Surroundings
) -> Mapping[str, Any] | None:
    try:
        return render_meanwhile(rule, view, tool, surroundings)
    except EvaluationError as error:
        raise CaseError(f"`meanwhile` cannot be rendered: {error.message}") from error


def _finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run what never really waits, since every step is a stub."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    coroutine.close()
    raise CaseError("a step waited for something outside the test")
