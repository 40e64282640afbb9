"""Reads `expect` of a test case, and reports what could never be: a step, a rule or an action that does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rules.engine.cases.casestubs import read_pattern
from rules.engine.findings import did_you_mean
from rules.engine.rule import Rule
from rules.engine.source.nodes import Map, Node
from rules.engine.source.reader import Reader
from rules.engine.vocabulary import Vocabulary

EXPECT_KEYS = (
    "outcome", "stopped_at", "answer", "answer_has", "answered_by", "rules", "calls", "no_calls", "emitted", "memory",
    "steps", "late", "meanwhile", "error",
)  # fmt: skip
CALL_KEYS = ("step", "action", "rule", "with", "request", "index", "tries")
EMITTED_KEYS = ("event", "data", "at")
OUTCOMES = ("ran", "failed", "not_matched", "error", "limited", "parked", "overtaken", "shadow", "disabled")
STEP_OUTCOMES = ("done", "failed", "skipped")
NOBODY = "nobody"
_FEW = 8
SCOPES = ("call", "caller")


@dataclass
class ExpectReader:
    """Reads what one case expects."""

    reader: Reader
    rule: Rule | None
    others: Mapping[str, Rule]
    vocabulary: Vocabulary

    def read(self, node: Node | None) -> dict[str, Any]:
        """The expectation as it is written."""
        fields = self.reader.map(node, "`expect`")
        if fields is None:
            return {}
        self.reader.known(fields, EXPECT_KEYS, "`expect`")
        if not fields.entries:
            self.reader.report(fields, "`expect` is empty, so this case cannot fail", "missing")
        self.reader.choice(fields.get("outcome"), "`outcome`", OUTCOMES, "ran")
        self._flag(fields.get("late"), "`late`")
        self._steps(fields.get("steps"))
        self._turns(fields)
        self._calls(fields)
        self._emitted(fields.get("emitted"))
        self._memory(fields.get("memory"))
        return fields.plain

    def _flag(self, node: Node | None, what: str) -> None:
        if node is not None:
            self.reader.flag(node, what, default=False)

    def _steps(self, node: Node | None) -> None:
        fields = self.reader.map(node, "`steps`")
        for entry in fields.entries if fields else ():
            self._step(entry.key, entry.key.text)
            self.reader.choice(entry.value, f"the outcome of {entry.key.text}", STEP_OUTCOMES, "done")

    def _step(self, node: Node, key: str, rule: Rule | None = None) -> None:
        owner = rule or self.rule
        if owner is not None and owner.step(key) is None:
            self._unknown(node, f"rule {owner.name} has no step", key, [step.key for step in owner.steps])

    def _unknown(self, node: Node, what: str, word: str, choices: Iterable[str]) -> None:
        choices = list(choices)
        few = f"; there is {', '.join(sorted(choices))}" if 0 < len(choices) <= _FEW else ""
        hint = did_you_mean(word, choices) or few
        self.reader.report(node, f'{what} "{word}"{hint}', "unknown-key")

    def _turns(self, fields: Map) -> None:
        answering = fields.get("answered_by")
        if answering is not None:
            name = self.reader.text(answering, "`answered_by`")
            if name != NOBODY:
                self._rule(answering, name)
        turns = self.reader.map(fields.get("rules"), "`rules`")
        for entry in turns.entries if turns else ():
            self._rule(entry.key, entry.key.text)
            self.reader.choice(entry.value, f"the outcome of {entry.key.text}", OUTCOMES, "ran")

    def _rule(self, node: Node, name: str) -> None:
        known = self.others.keys() | ({self.rule.name} if self.rule else set())
        if self.others and name not in known:
            self._unknown(node, "there is no rule", name, known)

    def _calls(self, fields: Map) -> None:
        for key, article in (("calls", "a call"), ("no_calls", "a call that must not be")):
            for item in self.reader.listed(fields.get(key)):
                call = self.reader.map(item, article)
                if call is not None:
                    self._call(call, article)
        forbidden = fields.get("no_calls")
        if forbidden is not None and not list(self.reader.listed(forbidden)):
            self.reader.report(forbidden, "`no_calls` names no call; for none at all write `calls: []`", "missing")

    def _call(self, call: Map, article: str) -> None:
        self.reader.known(call, CALL_KEYS, article)
        if not call.entries:
            self.reader.report(call, f"{article} says nothing; name its `step`, `action` or `request`", "missing")
        owner = self._owner(call.get("rule"))
        step, action, request = call.get("step"), call.get("action"), call.get("request")
        if step is not None and (call.get("rule") is None or owner is not None):
            self._step(step, self.reader.text(step, "`step`"), owner)
        if action is not None and (name := self.reader.text(action, "`action`")) not in self.vocabulary.actions:
            self._unknown(action, "there is no action", name, self.vocabulary.actions)
        asked = self.reader.map(request, "`request`")
        if asked is not None:
            read_pattern(self.reader, asked)
        self.reader.map(call.get("with"), "`with`")

    def _owner(self, node: Node | None) -> Rule | None:
        if node is None:
            return None
        name = self.reader.text(node, "`rule`")
        self._rule(node, name)
        return self.others.get(name)

    def _emitted(self, node: Node | None) -> None:
        for item in self.reader.listed(node):
            event = self.reader.map(item, "an emitted event")
            if event is not None:
                self.reader.known(event, EMITTED_KEYS, "an emitted event")
                self.reader.map(event.get("data"), "`data`")

    def _memory(self, node: Node | None) -> None:
        fields = self.reader.map(node, "`memory`")
        if fields is not None:
            self.reader.known(fields, SCOPES, "`memory`")
            for entry in fields.entries:
                self.reader.map(entry.value, f"`{entry.key.text}`")
