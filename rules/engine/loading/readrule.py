"""Reads one rule file: text in, a compiled rule or findings out. Everything wrong with it is reported in one go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from rules.engine.cel.facts import Fact
from rules.engine.cel.scope import Scope, Scopes
from rules.engine.findings import Finding, capped, has_errors
from rules.engine.loading.actioncheck import check_actions
from rules.engine.loading.platforms import check_platforms
from rules.engine.loading.readanswer import AnswerReader
from rules.engine.loading.readholds import HoldsReader
from rules.engine.loading.readon import On, OnReader
from rules.engine.loading.readsteps import StepsReader
from rules.engine.loading.variables import Vars
from rules.engine.rule import Late, Rule, Source, Trigger
from rules.engine.source.nodes import Items, Map, Node
from rules.engine.source.reader import Reader
from rules.engine.source.yamlread import read_yaml
from rules.engine.vocabulary import Vocabulary

RULE_KEYS = (
    "description",
    "owner",
    "runbook",
    "tags",
    "enabled",
    "mode",
    "connections",
    "on",
    "if",
    "priority",
    "backstop",
    "steps",
    "answer",
    "within",
    "meanwhile",
    "late",
    "limit",
    "concurrency",
    "once",
)
RULE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)
_SECRET = re.compile(r"\bsecrets\.([A-Za-z_][A-Za-z0-9_]*)", re.ASCII)


@dataclass(frozen=True)
class LoadedRule:
    """What came of one file: the rule when it can be used, and every finding."""

    name: str
    path: str
    rule: Rule | None
    findings: tuple[Finding, ...]
    root: Map | None = None
    """The nodes of the file, for checks over several rules."""


@dataclass(frozen=True)
class ReadContext:
    """What rule files are read against."""

    vocabulary: Vocabulary
    vars: Vars
    scopes: Scopes
    assistants: Mapping[str, str]


def read_context(vocabulary: Vocabulary, vars_: Vars, assistants: Mapping[str, str]) -> ReadContext:
    """Prepare to read the rules of one folder."""
    return ReadContext(vocabulary, vars_, Scopes(vocabulary, vars_.words, vars_.zone, vars_.local_faults), assistants)


def read_rule(name: str, path: str, data: bytes | str, context: ReadContext) -> LoadedRule:
    """Read one file. Nothing in it makes this raise."""
    reader = Reader(path, name)
    if not RULE_NAME.fullmatch(name):
        reader.report(None, f'"{name}" is no name for a rule: letters, digits, _ and - only', "bad-name")
    document = read_yaml(data)
    for fault in document.faults:
        finding = Finding(path, fault.line, fault.column, name, fault.message, fault.code, fault.severity)
        reader.findings.append(finding)
    if document.root is None:
        if not document.faults:
            reader.report(None, "the file is empty; a rule needs at least `description` and `on`", "missing")
        return LoadedRule(name, path, None, capped(reader.findings))
    root = reader.map(document.root, "a rule")
    if root is None:
        return LoadedRule(name, path, None, capped(reader.findings))
    text = data if isinstance(data, str) else data.decode("utf-8-sig", "replace")
    rule = _RuleReader(reader, root, text, context).read()
    usable = None if has_errors(reader.findings) else rule
    return LoadedRule(name, path, usable, capped(reader.findings), root)


class _RuleReader:
    def __init__(self, reader: Reader, root: Map, text: str, context: ReadContext) -> None:
        self.reader = reader
        self.root = root
        self.text = text
        self.context = context

    def read(self) -> Rule:
        self.reader.known(self.root, RULE_KEYS, "a rule")
        self.required()
        on = self.on()
        steps = StepsReader(self.reader, self.context.vocabulary)
        steps.collect(self.root.get("steps"))
        scope = self.scope(on, steps)
        answers = AnswerReader(
            self.reader, scope, scope.kinds, self.context.assistants, on.unsure, self.context.vars.values
        )
        holds = HoldsReader(self.reader, scope, any(kind.waits for kind in scope.kinds), _said_by(on))
        rule = Rule(
            name=self.reader.rule,
            source=Source(self.reader.rule, self.reader.path, self.text, self.context.vars.text),
            triggers=tuple(on.triggers),
            schedule=on.schedule,
            scope=scope,
            variables=self.context.vars.qualified,
            zone=self.context.vars.zone.key,
            conditions=holds.conditions(self.root.get("if")),
            steps=steps.read(scope),
            answer=answers.answer(self.root.get("answer"), self.root.key("answer")),
            meanwhile=answers.meanwhile(self.root.get("meanwhile")),
            limit=holds.limit(self.root.get("limit")),
            concurrency=holds.concurrency(self.root.get("concurrency")),
            once=holds.once(self.root.get("once")),
            connections=self.connections(),
            **self.words(),
        )
        self.dependent(rule)
        self.sensible(rule)
        check_actions(self.reader, rule, steps.nodes, self.context.vocabulary, self.context.vars)
        check_platforms(self.reader, rule, self.root, steps.nodes, self.context.vocabulary)
        return replace(rule, source=replace(rule.source, assistants=dict(answers.used)))

    def sensible(self, rule: Rule) -> None:
        """Keys that are fine by themselves and mean nothing here."""
        if rule.shadow and rule.backstop:
            message = "a shadow rule takes no turn, so it cannot be the last to take one"
            self.reader.report(self.root.key("backstop"), message, "pointless", "warning")
        connections = self.root.get("connections")
        if isinstance(connections, Items) and not connections.items:
            message = "`connections` is empty; leave it out to listen to all"
            self.reader.report(connections, message, "missing")

    def required(self) -> None:
        lacks = self.reader.lacks
        if lacks(self.root, "description"):
            self.reader.report(self.root, "a rule needs a `description`: one sentence", "missing")
        on = self.root.get("on")
        if lacks(self.root, "on") or (on is not None and on.plain is None):
            self.reader.report(on or self.root, "a rule needs `on`: which events it is about", "missing")
        if lacks(self.root, "steps") and lacks(self.root, "answer"):
            self.reader.report(self.root, "this rule does nothing; give it `steps` or an `answer`", "missing")

    def on(self) -> On:
        node = self.root.get("on")
        reader = OnReader(self.reader, self.context.vocabulary, self.context.vars.zone.key)
        return reader.read(node) if node is not None and node.plain is not None else On(unsure=True)

    def scope(self, on: On, steps: StepsReader) -> Scope:
        known = self.context.vocabulary.secrets
        secrets = frozenset(_SECRET.findall(self.text)) if known is None else known
        return self.context.scopes.scope(on.kinds(), steps.names(), secrets, unsure=on.unsure)

    def words(self) -> dict[str, Any]:
        """The keys that are plain values."""
        get, read = self.root.get, self.reader
        mode = read.choice(get("mode"), "`mode`", ("live", "shadow"), "live")
        late = read.choice(get("late"), "`late`", ("inject", "drop"), "inject")
        return {
            "description": read.text(get("description"), "`description`"),
            "owner": read.text(get("owner"), "`owner`"),
            "runbook": read.text(get("runbook"), "`runbook`"),
            "tags": tuple(word for word, _ in read.words(get("tags"), "`tags`")),
            "enabled": read.flag(get("enabled"), "`enabled`", default=True),
            "mode": cast(Literal["live", "shadow"], mode),
            "priority": read.number(get("priority"), "`priority`", 100),
            "backstop": read.flag(get("backstop"), "`backstop`", default=False),
            "within": read.duration(get("within"), "`within`", None),
            "late": cast(Late, late),
            "late_given": get("late") is not None,
        }

    def connections(self) -> tuple[str, ...]:
        return tuple(word for word, _ in self.reader.words(self.root.get("connections"), "`connections`"))

    def dependent(self, rule: Rule) -> None:
        """Keys that mean nothing without another."""
        for key in ("within", "meanwhile", "late"):
            if self.root.get(key) is not None and self.root.get("answer") is None:
                self.reader.report(self.root.key(key), f"`{key}` means nothing without an `answer`", "pointless")
        if rule.within == 0:
            self.reader.report(self.root.get("within"), "`within` leaves no time at all", "wrong-value")
        node: Node | None = self.root.get("steps")
        if isinstance(node, Items) and not node.items and self.root.get("answer") is None:
            self.reader.report(node, "`steps` is empty", "missing")


def _said_by(on: On) -> Fact | None:
    """What is certain about every event the rule listens to."""
    first, *others = on.triggers or [Trigger("")]
    if others or not first.values or not first.filter:
        return None
    return Fact(first.filter, "in", tuple(sorted(first.values)))
