"""Reads `name.test.yaml`: the cases of one rule.

A case has `name`, `tags`, `at` (the virtual now; Monday 5 January 2026 at noon when not given), `event`, `stubs`,
`memory`, `vars`, `holds` and `expect`. An event is a `sample`, a platform's own `payload`, or normalised `fields`, with
`set` on top. A rule that runs by a schedule needs none, and one that is run by hand at most its `data`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.engine.cases.casestubs import HttpStub, Stub, StubsReader
from rules.engine.cases.readexpect import ExpectReader
from rules.engine.cel.celliterals import is_zone
from rules.engine.findings import Finding, has_errors
from rules.engine.rule import BY_NAME, Rule
from rules.engine.source.nodes import Items, Map, Node, Scalar
from rules.engine.source.reader import Reader
from rules.engine.source.yamlread import read_yaml
from rules.engine.vocabulary import Vocabulary

__all__ = ["NOON", "Case", "HttpStub", "Stub", "TestFile", "read_tests"]

CASE_KEYS = ("name", "tags", "at", "event", "stubs", "memory", "vars", "holds", "expect")
EVENT_KEYS = ("sample", "payload", "fields", "data", "kind", "connection", "set")
HOLDS = ("limit", "once", "concurrency")
TAKEN = "taken"
NOON = "2026-01-05T12:00:00"


@dataclass(frozen=True)
class Case:
    """One case of a test file."""

    rule: str
    """Whose steps the plain keys of `stubs` mean."""
    name: str
    line: int
    at: datetime
    event: Mapping[str, Any]
    stubs: Mapping[str, tuple[Stub, ...]]
    """Step key → a stub for each try; the last one serves the rest. Steps of other rules are `RULE.STEP`."""
    memory: Mapping[str, Mapping[str, Any]]
    vars: Mapping[str, Any]
    expect: Mapping[str, Any]
    http: tuple[HttpStub, ...] = ()
    """What answers requests, whichever step makes them; the first that fits does."""
    holds: Mapping[str, float] = field(default_factory=dict)
    """limit, once or concurrency → seconds until a place is free; infinite when it stays taken."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class TestFile:
    """A test file: its usable cases, and everything wrong with it."""

    __test__ = False

    path: str
    rule: str
    cases: tuple[Case, ...]
    findings: tuple[Finding, ...]


def read_tests(
    name: str, path: str, data: bytes | str, rule: Rule | None, vocabulary: Vocabulary, others: Iterable[Rule] = ()
) -> TestFile:
    """Read the tests of the rule `name`; `rule` is None when it cannot be used, and then less is checked.

    `others` are the rules of the folder, which cases may name. A case with a mistake in it is not among the cases.
    """
    reader = Reader(path, name)
    document = read_yaml(data)
    for fault in document.faults:
        finding = Finding(path, fault.line, fault.column, name, fault.message, fault.code, fault.severity)
        reader.findings.append(finding)
    root = reader.map(document.root, "a test file") if document.root else None
    words = _Words(reader, rule, {each.name: each for each in others}, vocabulary)
    cases = _cases(words, root)
    if not document.faults and not cases and not reader.findings:
        reader.report(document.root, "a test file needs `cases`: a list", "missing")
    return TestFile(path, name, tuple(cases), tuple(sorted(set(reader.findings))))


@dataclass
class _Words:
    """What cases may speak of."""

    reader: Reader
    rule: Rule | None
    others: Mapping[str, Rule]
    vocabulary: Vocabulary


def _cases(words: _Words, root: Map | None) -> list[Case]:
    reader = words.reader
    if root is None:
        return []
    reader.known(root, ("cases",), "a test file")
    node = root.get("cases")
    if node is not None and not isinstance(node, Items):
        reader.report(node, f"`cases` must be a list, this is {node.word}", "wrong-type")
        return []
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for item in reader.listed(node):
        before = len(reader.findings)
        fields = reader.map(item, "a case")
        if fields is None:
            continue
        case = _CaseReader(words, fields).read()
        if not has_errors(reader.findings[before:]):
            cases.append(case)
        if case.name in seen:
            message = f'the case on line {seen[case.name]} has the name "{case.name}" too'
            reader.report(fields.get("name"), message, "duplicate-key")
        seen.setdefault(case.name, case.line)
    return cases


class _CaseReader:
    """Reads one case."""

    def __init__(self, words: _Words, root: Map) -> None:
        self.root = root
        self.words = words
        self.reader = words.reader
        self.rule = words.rule
        self.vocabulary = words.vocabulary
        self.zone = ZoneInfo(self.rule.zone if self.rule else "UTC")

    def read(self) -> Case:
        self.reader.known(self.root, CASE_KEYS, "a case")
        for key in ("name", "expect") if self.runs_by_itself(self.rule) else ("name", "event", "expect"):
            if self.root.get(key) is None:
                self.reader.report(self.root, f"a case needs `{key}`", "missing")
        stubs = StubsReader(self.reader, self.rule, self.words.others, self.vocabulary)
        stubs.read(self.root.get("stubs"))
        return Case(
            rule=self.reader.rule,
            name=self.reader.text(self.root.get("name"), "`name`", f"line {self.root.line}"),
            line=self.root.line,
            at=self.at(self.root.get("at")),
            event=self.event(),
            stubs=stubs.steps,
            memory=self.memory(),
            vars=self.plain("vars"),
            expect=ExpectReader(self.reader, self.rule, self.words.others, self.vocabulary).read(
                self.root.get("expect")
            ),
            http=stubs.http,
            holds=self.holds(),
            tags=tuple(text for text, _ in self.reader.words(self.root.get("tags"), "`tags`")),
        )

    def plain(self, key: str) -> dict[str, Any]:
        fields = self.reader.map(self.root.get(key), f"`{key}`")
        return fields.plain if fields is not None else {}

    def at(self, node: Node | None) -> datetime:
        """A moment with an offset or a zone's name after it; one without is local to the rules' own zone."""
        text = self.reader.text(node, "`at`", NOON)
        written, _, name = text.strip().rpartition(" ")
        zone = ZoneInfo(name) if written and ("/" in name or name == "UTC") and is_zone(name) else None
        try:
            moment = datetime.fromisoformat(written if zone else text.strip())
        except ValueError:
            said = f'"{text}" is not a moment; write it like 2026-03-02T19:00:00+01:00 or 2026-03-02 19:00 Europe/Paris'
            self.reader.report(node, said, "bad-literal")
            moment = datetime.fromisoformat(NOON)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone or self.zone)

    @staticmethod
    def runs_by_itself(rule: Rule | None) -> bool:
        """Whether it may run without an event of a platform: by a schedule, or by hand."""
        return rule is not None and bool(rule.kinds & BY_NAME)

    def event(self) -> dict[str, Any]:
        fields = self.reader.map(self.root.get("event"), "`event`")
        if fields is None:
            return {}
        self.reader.known(fields, EVENT_KEYS, "`event`")
        given = [key for key in ("sample", "payload", "fields", "data") if fields.get(key) is not None]
        if len(given) > 1 or not (given or self.runs_by_itself(self.rule)):
            self.reader.report(fields, "an event is one of `sample`, `payload`, `fields` or `data`", "missing")
        for key in ("payload", "fields", "data", "set"):
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

    def holds(self) -> dict[str, float]:
        """`taken`, or how long it takes until a place is free."""
        fields = self.reader.map(self.root.get("holds"), "`holds`")
        if fields is None:
            return {}
        self.reader.known(fields, HOLDS, "`holds`")
        for entry in fields.entries:
            name = entry.key.text
            if name in HOLDS and self.rule is not None and getattr(self.rule, name) is None:
                self.reader.report(entry.key, f"rule {self.rule.name} has no `{name}`", "unknown-key")
        return {entry.key.text: self._until_free(entry.key.text, entry.value) for entry in fields.entries}

    def _until_free(self, name: str, node: Node) -> float:
        if isinstance(node, Scalar) and node.text == TAKEN:
            return float("inf")
        if isinstance(node, Scalar) and isinstance(node.plain, str) and not node.text[:1].isdigit():
            said = f"`{name}` is `{TAKEN}`, or how long until a place is free, such as 3s"
            self.reader.report(node, said, "wrong-value")
            return 0.0
        return self.reader.duration(node, f"`{name}`", 0.0) or 0.0
