"""Runs `.test.yaml` files: no network, a virtual clock, and stubs instead of steps.

Steps that only touch our own memory or log (`log`, `emit`, `memory.*`) work by themselves, and steps that give nothing
count as done; any other step needs a stub. A rule is played as if it were live, whatever `enabled` and `mode` say, but
where the case is about the turns of the whole folder, or expects it to be `disabled` or in `shadow`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rules.engine.cases.caseplayer import Call
from rules.engine.cases.caseturns import Told, play_case, whole_folder
from rules.engine.cases.caseview import CaseError, Sampler, view_of
from rules.engine.cases.coverage import Coverage
from rules.engine.cases.differences import Difference
from rules.engine.cases.expect import compare
from rules.engine.cases.testfile import Case, TestFile, read_tests
from rules.engine.findings import Finding, has_errors
from rules.engine.loading.load import TEST_SUFFIX, Loaded, load_assistants, load_folder, shown
from rules.engine.loading.readrule import read_context, read_rule
from rules.engine.loading.variables import read_vars
from rules.engine.playing.events import EventView
from rules.engine.playing.played import Played
from rules.engine.rule import Rule
from rules.engine.vocabulary import Vocabulary

_FIELDS = ("rule", "case", "tag")


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
    turns: tuple[Played, ...] = ()
    """The other rules, where the whole folder was played."""
    seconds: float = 0.0
    """How long it really took."""

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
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """By name, those whose cases were played."""
    stopped: bool = False
    """Whether cases were left out after the first one that failed."""

    @property
    def passed(self) -> bool:
        """Whether every case passed and every test file could be read."""
        return not has_errors(self.findings) and all(case.passed for case in self.cases)


@dataclass
class Bench:
    """A rules folder with what its cases need to be played."""

    folder: Path
    vocabulary: Vocabulary
    sampler: Sampler
    _other_vars: dict[tuple[str, str], Rule] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises NoFolder."""
        self.loaded = load_folder(self.folder, self.vocabulary)
        self.assistants = load_assistants(self.folder)
        self.files = test_files(self.folder, self.loaded, self.vocabulary)

    def chosen(self, filters: Sequence[str]) -> Iterator[tuple[TestFile, Case]]:
        """The cases that fit one of the filters, all without any, file by file."""
        for file in self.files:
            rule = self.loaded.rule(file.rule)
            for case in file.cases if rule else ():
                if fits(case, rule.tags if rule else (), filters):
                    yield file, case

    def run(self, filters: Sequence[str] = (), fail_fast: bool = False) -> Results:
        """Play the chosen cases."""
        chosen = list(self.chosen(filters))
        names = {case.rule for _, case in chosen}
        played = {rule.name: rule for rule in self.loaded.rules if rule.name in names}
        covered = played.values() if filters else self.loaded.rules
        results = Results(findings=list(self._findings()), coverage=Coverage.of(covered), rules=played)
        for file, case in chosen:
            result = self.play(case, file.path)
            results.cases.append(result)
            results.coverage.note(result.rule, result.played)
            if fail_fast and not result.passed:
                results.stopped = True
                break
        return results

    def play(self, case: Case, path: str) -> CaseResult:
        """One case."""
        rule = self.loaded.rule(case.rule)
        if rule is None:
            raise LookupError(case.rule)
        return run_case(case, rule, self.vocabulary, self.sampler, self.assistants, path, self)

    def with_vars(self, rule: Rule, case: Case) -> Rule:
        """The rule with what the case says under `vars`; read once for all cases that say the same."""
        if not case.vars:
            return rule
        key = (rule.name, json.dumps(case.vars, default=str, sort_keys=True))
        if key not in self._other_vars:
            self._other_vars[key] = with_vars(rule, case, self.vocabulary, self.assistants)
        return self._other_vars[key]

    def _findings(self) -> Iterator[Finding]:
        for file in self.files:
            yield from file.findings
            if self.loaded.rule(file.rule) is None:
                yield from _why_unusable(file, self.loaded)


def run_tests(folder: Path, vocabulary: Vocabulary, sampler: Sampler, *filters: str) -> Results:
    """Every case of the folder, or those that fit one of the filters. Raises NoFolder."""
    return Bench(folder, vocabulary, sampler).run([only for only in filters if only])


def fits(case: Case, rule_tags: Iterable[str], filters: Sequence[str]) -> bool:
    """Whether the case is chosen: `rule:NAME`, `case:TEXT`, `tag:WORD`, or a text in any of them."""
    tags = {*case.tags, *rule_tags}
    return not filters or any(_fits(case, tags, only) for only in filters)


def _fits(case: Case, tags: set[str], only: str) -> bool:
    name, colon, wanted = only.partition(":")
    if not colon or name not in _FIELDS:
        return only in case.rule or only in case.name or only in tags
    return {"rule": wanted == case.rule, "case": wanted in case.name, "tag": wanted in tags}[name]


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
            rule = loaded.rule(name)
            files.append(read_tests(name, shown(path), path.read_bytes(), rule, vocabulary, loaded.rules))
    return files


test_files.__test__ = False  # type: ignore[attr-defined]


def run_case(
    case: Case,
    rule: Rule,
    vocabulary: Vocabulary,
    sampler: Sampler,
    assistants: Mapping[str, str],
    path: str,
    bench: Bench | None = None,
) -> CaseResult:
    """Play one case and compare. Without a bench the rule is the whole folder."""
    began = time.perf_counter()
    result = CaseResult(rule.name, path, case.line, case.name)
    try:
        varied = bench.with_vars(rule, case) if bench else with_vars(rule, case, vocabulary, assistants)
        view = view_of(case, varied, vocabulary, sampler)
        told = play_case(case, varied, list(_folder(case, varied, view, bench)), view, vocabulary)
    except CaseError as error:
        return replace(result, problem=str(error), seconds=time.perf_counter() - began)
    return _compared(result, case, told, time.perf_counter() - began)


def _compared(result: CaseResult, case: Case, told: Told, seconds: float) -> CaseResult:
    others = tuple(played for played in told.turns if played.rule is not told.played.rule)
    differences = tuple(compare(case.expect, told))
    return replace(
        result, differences=differences, played=told.played, calls=tuple(told.calls), turns=others, seconds=seconds
    )


def _folder(case: Case, varied: Rule, view: EventView, bench: Bench | None) -> Iterator[Rule]:
    """The rules that meet the event, with the vars of the case."""
    yield varied
    for other in bench.loaded.rules if bench and whole_folder(case) else ():
        if bench and other.name != varied.name and other.listens(view):
            yield bench.with_vars(other, case)


def with_vars(rule: Rule, case: Case, vocabulary: Vocabulary, assistants: Mapping[str, str]) -> Rule:
    """The rule with what the case says under `vars`; raises CaseError when it does not check with them."""
    if not case.vars:
        return rule
    merged = {**read_vars(rule.source.vars_text, "vars.yaml").values, **case.vars}
    vars_ = read_vars(json.dumps(merged, default=str), "vars.yaml")
    loaded = read_rule(rule.name, rule.path, rule.source.text, read_context(vocabulary, vars_, assistants))
    problems = [*vars_.findings, *loaded.findings]
    if loaded.rule is None:
        raise CaseError(f"the rule does not check with these `vars`: {problems[0].text}")
    return loaded.rule
