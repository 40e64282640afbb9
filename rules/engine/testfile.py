"""Reads `name.test.yaml`: the cases of one rule.

A case has `name`, `at` (the virtual now; Monday 5 January 2026 at noon when not given), `event`, `stubs`, `memory`,
`vars` and `expect`. An event is a `sample`, a platform's own `payload`, or normalised `fields`, with `set` on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.engine.durations import BadDuration, parse_duration
from rules.engine.findings import Finding
from rules.engine.nodes import Items, Map, Node
from rules.engine.reader import Reader
from rules.engine.rule import Rule
from rules.engine.vocabulary import Vocabulary
from rules.engine.yamlread import read_yaml

CASE_KEYS = ("name", "at", "event", "stubs", "memory", "vars", "expect")
EVENT_KEYS = ("sample", "payload", "fields", "kind", "connection", "set")
EXPECT_KEYS = ("outcome", "stopped_at", "answer", "calls", "late", "meanwhile", "steps", "error")
OUTCOMES = ("ran", "failed", "not_matched", "error")
STUB_WORDS = frozenset({"error", "delay"})
NOON = "2026-01-05T12:00:00"


@dataclass(frozen=True)
class Stub:
    """What a step gives in a test instead of being performed."""

    output: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    delay: float = 0.0
    """Virtual seconds it takes."""


@dataclass(frozen=True)
class Case:
    """One case of a test file."""

    name: str
    line: int
    at: datetime
    event: Mapping[str, Any]
    stubs: Mapping[str, tuple[Stub, ...]]
    """Step key → a stub for each time it is performed; the last one serves the rest."""
    memory: Mapping[str, Mapping[str, Any]]
    vars: Mapping[str, Any]
    expect: Mapping[str, Any]


@dataclass(frozen=True)
class TestFile:
    """A test file: its usable cases, and everything wrong with it."""

    __test__ = False

    path: str
    rule: str
    cases: tuple[Case, ...]
    findings: tuple[Finding, ...]


def read_tests(name: str, path: str, data: bytes | str, rule: Rule | None, vocabulary: Vocabulary) -> TestFile:
    """Read the tests of the rule `name`; `rule` is None when it cannot be used, and then less is checked."""
    reader = Reader(path, name)
    document = read_yaml(data)
    for fault in document.faults:
        finding = Finding(path, fault.line, fault.column, name, fault.message, fault.code, fault.severity)
        reader.findings.append(finding)
    root = reader.map(document.root, "a test file") if document.root else None
    cases = _cases(reader, root, rule, vocabulary)
    if not document.faults and not cases and not reader.findings:
        reader.report(document.root, "a test file needs `cases`: a list", "missing")
    return TestFile(path, name, tuple(cases), tuple(sorted(set(reader.findings))))


def _cases(reader: Reader, root: Map | None, rule: Rule | None, vocabulary: Vocabulary) -> list[Case]:
    if root is None:
        return []
    reader.known(root, ("cases",), "a test file")
    node = root.get("cases")
    if node is not None and not isinstance(node, Items):
        reader.report(node, f"`cases` must be a list, this is {node.word}", "wrong-type")
        return []
    zone = ZoneInfo(rule.zone if rule else "UTC")
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for item in reader.listed(node):
        fields = reader.map(item, "a case")
        if fields is None:
            continue
        case = _CaseReader(reader, fields, rule, vocabulary, zone).read()
        if case.name in seen:
            message = f'the case on line {seen[case.name]} has the name "{case.name}" too'
            reader.report(fields.get("name"), message, "duplicate-key")
        seen.setdefault(case.name, case.line)
        cases.append(case)
    return cases


@dataclass
class _CaseReader:
    reader: Reader
    root: Map
    rule: Rule | None
    vocabulary: Vocabulary
    zone: ZoneInfo

    def read(self) -> Case:
        self.reader.known(self.root, CASE_KEYS, "a case")
        for key in ("name", "event", "expect"):
            if self.root.get(key) is None:
                self.reader.report(self.root, f"a case needs `{key}`", "missing")
        return Case(
            name=self.reader.text(self.root.get("name"), "`name`", f"line {self.root.line}"),
            line=self.root.line,
            at=self.at(self.root.get("at")),
            event=self.event(),
            stubs=self.stubs(),
            memory=self.memory(),
            vars=self.plain("vars"),
            expect=self.expect(),
        )

    def plain(self, key: str) -> dict[str, Any]:
        fields = self.reader.map(self.root.get(key), f"`{key}`")
        return fields.plain if fields is not None else {}

    def at(self, node: Node | None) -> datetime:
        text = self.reader.text(node, "`at`", NOON)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.reader.report(
                node, f'"{text}" is not a moment; write it like 2026-03-02T19:00:00+01:00', "bad-literal"
            )
            moment = datetime.fromisoformat(NOON)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def event(self) -> dict[str, Any]:
        fields = self.reader.map(self.root.get("event"), "`event`")
        if fields is None:
            return {}
        self.reader.known(fields, EVENT_KEYS, "`event`")
        given = [key for key in ("sample", "payload", "fields") if fields.get(key) is not None]
        if len(given) != 1:
            self.reader.report(fields, "an event is one of `sample`, `payload` or `fields`", "missing")
        for key in ("payload", "fields", "set"):
            self.reader.map(fields.get(key), f"`{key}`")
        kind = fields.get("kind")
        if kind is not None and kind.plain not in self.vocabulary.kinds:
            self.reader.report(kind, f'unknown kind of event "{kind.plain}"', "unknown-kind")
        return fields.plain

    def memory(self) -> dict[str, dict[str, Any]]:
        fields = self.reader.map(self.root.get("memory"), "`memory`")
        if fields is None:
            return {}
        self.reader.known(fields, ("call", "caller"), "`memory`")
        for entry in fields.entries:
            self.reader.map(entry.value, f"`{entry.key.text}`")
        return {key: value for key, value in fields.plain.items() if isinstance(value, dict)}

    def stubs(self) -> dict[str, tuple[Stub, ...]]:
        fields = self.reader.map(self.root.get("stubs"), "`stubs`")
        if fields is None:
            return {}
        if self.rule is not None:
            self.reader.known(fields, [step.key for step in self.rule.steps] or ["no steps"], f"rule {self.rule.name}")
        made: dict[str, tuple[Stub, ...]] = {}
        for entry in fields.entries:
            maps = [self.reader.map(item, "a stub") for item in self.reader.listed(entry.value)]
            made[entry.key.text] = tuple(self.stub(entry.key.text, item) for item in maps if item is not None)
        return made

    def stub(self, key: str, fields: Map) -> Stub:
        step = self.rule.step(key) if self.rule else None
        if step is not None and step.output:
            known = [*step.output, *STUB_WORDS]
            self.reader.known(fields, known, f"a stub of {step.action}")
        plain = fields.plain
        output = {name: value for name, value in plain.items() if name not in STUB_WORDS}
        return Stub(output, str(plain.get("error") or ""), self.delay(fields.get("delay")))

    def delay(self, node: Node | None) -> float:
        try:
            return parse_duration(node.plain) if node is not None else 0.0
        except BadDuration as error:
            self.reader.report(node, f"`delay`: {error}", "bad-literal")
            return 0.0

    def expect(self) -> dict[str, Any]:
        fields = self.reader.map(self.root.get("expect"), "`expect`")
        if fields is None:
            return {}
        self.reader.known(fields, EXPECT_KEYS, "`expect`")
        if not fields.entries:
            self.reader.report(fields, "`expect` is empty, so this case cannot fail", "missing")
        self.reader.choice(fields.get("outcome"), "`outcome`", OUTCOMES, "ran")
        if fields.get("late") is not None:
            self.reader.flag(fields.get("late"), "`late`", default=False)
        for item in self.reader.listed(fields.get("calls")):
            call = self.reader.map(item, "a call")
            if call is not None:
                self.reader.known(call, ("step", "action", "with", "index"), "a call")
        return fields.plain
