"""Compares a rule with the connections it runs on: what their platforms can be told, can do, and how long they wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.engine.findings import Severity, did_you_mean, one_of
from rules.engine.loading.ability import instead
from rules.engine.loading.readanswer import IMPLIED, ONE_OF
from rules.engine.rule import BY_NAME, Rule, Step
from rules.engine.source.nodes import Map, Node, Scalar
from rules.engine.source.reader import Reader
from rules.engine.vocabulary import ActionWords, ConnectionWords, Vocabulary

_FROM_ANYWHERE = frozenset({"schedule", "emitted", "manual", "unknown", "unreadable"})
"""Kinds we make ourselves, and those that whatever a platform sends may become."""
_AFTER_THE_CALL = frozenset({"end-of-call-report", "call-ended"})
_ENDED = frozenset({"ended", "failed"})


def check_platforms(reader: Reader, rule: Rule, root: Map, nodes: Sequence[Map], vocabulary: Vocabulary) -> None:
    """Report what the rule's connections do not have, cannot do or cannot express."""
    _PlatformCheck(reader, rule, root, nodes, vocabulary).run()


@dataclass
class _PlatformCheck:
    reader: Reader
    rule: Rule
    root: Map
    nodes: Sequence[Map]
    vocabulary: Vocabulary

    def run(self) -> None:
        for name, node in self.reader.words(self.root.get("connections"), "`connections`"):
            self.known(name, node)
        for step, node in zip(self.rule.steps, self.nodes, strict=True):
            if step.connection:
                self.known(step.connection, node.get("connection"))
            action = self.vocabulary.actions.get(step.action)
            if action is not None:
                self.step(step, node, action)
        for choice in self.rule.answer:
            self.answer(choice.place)
        if self.rule.meanwhile:
            self.answer("meanwhile")
        self.triggered()
        self.within()
        self.late()

    def triggered(self) -> None:
        """Kinds that no platform sends to any connection of the rule."""
        listening = [words.sends for words in self.listens_on()]
        if not listening or None in listening:
            return
        sent = {kind for sends in listening for kind in sends or ()}
        named = set(self.rule.connections)
        if named - self.vocabulary.connections.keys():
            return
        for trigger in self.rule.triggers:
            if trigger.kind and trigger.kind not in sent | _FROM_ANYWHERE:
                whose = one_of(sorted(named)) if named else "any connection"
                message = f"no platform sends {trigger.kind} to {whose}, so this never happens"
                at = Scalar(trigger.line, trigger.column, "", "")
                self.reader.report(at, message, "never-triggered", "warning")

    def known(self, name: str, node: Node | None) -> None:
        if self.vocabulary.connections and name not in self.vocabulary.connections:
            hint = did_you_mean(name, self.vocabulary.connections)
            self.reader.report(node, f'there is no connection "{name}"{hint}', "unknown-connection")

    def listens_on(self) -> Iterator[ConnectionWords]:
        for name, words in self.vocabulary.connections.items():
            if not self.rule.connections or name in self.rule.connections:
                yield words

    def severity(self, named: bool) -> Severity:
        """A rule for all connections still works on the others."""
        return "error" if named or self.rule.connections else "warning"

    def step(self, step: Step, node: Map, action: ActionWords) -> None:
        at = node.get("action")
        callless = [kind.name for kind in self.rule.scope.kinds if "call.id" not in kind.names]
        if _names_a_call(node):
            callless = []
        if action.needs_call and callless:
            self.reader.report(at, f"{action.name} needs a live call; {one_of(callless)} has none", "no-call")
        elif action.needs_call and not _names_a_call(node) and (over := self.over()):
            message = f"{action.name} needs a live call; it is over when {over} comes"
            self.reader.report(at, message, "no-call", "warning")
        if action.providers is None:
            return
        alone = self.rule.kinds & BY_NAME
        if alone and not step.connection and len(self.rule.connections) != 1 and self.vocabulary.connections:
            message = f"{action.name} needs a `connection` here: {one_of(sorted(alone))} does not bring one"
            self.reader.report(at, message, "no-connection")
            return
        for words in self.used_by(step):
            self.can_do(action, words, at, bool(step.connection), bool(alone))

    def over(self) -> str:
        """A trigger that comes when the call has ended."""
        for trigger in self.rule.triggers:
            if trigger.kind in _AFTER_THE_CALL:
                return trigger.kind
            if trigger.values and trigger.values <= _ENDED and trigger.filter == "call.status":
                return f"{trigger.kind} {one_of(sorted(trigger.values))}"
        return ""

    def used_by(self, step: Step) -> Iterator[ConnectionWords]:
        if not step.connection:
            yield from self.listens_on()
        elif step.connection in self.vocabulary.connections:
            yield self.vocabulary.connections[step.connection]

    def can_do(self, action: ActionWords, words: ConnectionWords, at: Node | None, named: bool, alone: bool) -> None:
        able = (action.providers or {}).get(words.provider)
        generations = _generations(words)
        severity = self.severity(named)
        where = f"connection {words.name} ({words.provider})"
        if able is None:
            message = f"{where} cannot do {action.name}{instead(action, words.provider, generations)}"
            self.reader.report(at, message, "cannot-do", severity)
        elif not words.has_api:
            self.reader.report(at, f"{where} has no `api` in the connections file", "no-api", severity)
        elif not able & generations:
            shown, rest = one_of(sorted(generations)), instead(action, words.provider, generations)
            message = f"{where} cannot do {action.name} with generation {shown}{rest}"
            self.reader.report(at, message, "cannot-do", severity)
        elif alone and len(generations) > 1:
            message = f"{where} needs its `generation` written in the connections file, since no event tells it here"
            self.reader.report(at, message, "no-generation", severity)
        elif generations - able:
            shown = one_of(sorted(generations - able))
            message = f"{where} cannot do {action.name} when the event is of generation {shown}"
            self.reader.report(at, message, "cannot-do", "warning")

    def answer(self, place: str) -> None:
        fields = self.fields(place)
        if fields is None:
            return
        for words in self.listens_on():
            for kind in self.rule.scope.kinds:
                if kind.name in words.answers:
                    self.expressible(fields, words, kind.name)

    def fields(self, place: str) -> Map | None:
        node = self.root.get(place.partition("[")[0])
        items = list(self.reader.listed(node))
        index = int(place.partition("[")[2].rstrip("]") or 0)
        found = items[index] if index < len(items) else None
        return found if isinstance(found, Map) else None

    def expressible(self, fields: Map, words: ConnectionWords, kind: str) -> None:
        known = self.vocabulary.kinds[kind].answer_keys
        for entry in fields.entries:
            if entry.key.text in known:
                self.said(entry.key, entry.key.text, words, kind)
        if set(ONE_OF.get(kind, ())).isdisjoint(fields.words()):
            for key, means in IMPLIED.get(kind, {}).items():
                if (at := fields.key(key)) is not None:
                    self.said(at, means, words, kind, f", which `{key}` by itself means,")

    def said(self, at: Node, key: str, words: ConnectionWords, kind: str, why: str = "") -> None:
        by_generation = words.answers[kind]
        generations = _generations(words)
        able = {name for name in generations if key in by_generation.get(name, by_generation.get("", frozenset()))}
        if able == generations:
            return
        message = f"connection {words.name} ({words.provider}) cannot express `{key}`{why} in an answer to {kind}"
        if able:
            message += f" of generation {one_of(sorted(generations - able))}"
        self.reader.report(at, message, "cannot-express", "warning" if able else self.severity(False))

    def within(self) -> None:
        within = self.rule.within
        for words in self.listens_on():
            for kind in sorted(self.rule.kinds):
                deadline = words.deadlines.get(kind)
                if within is not None and deadline is not None and within > deadline:
                    message = f"connection {words.name} ({words.provider}) waits {deadline:g}s for {kind}, not longer"
                    self.reader.report(self.root.get("within"), message, "within-too-long", self.severity(False))

    def late(self) -> None:
        """A late answer is put into the call by the platform's own means of speaking into it."""
        inject = self.vocabulary.actions.get("call.inject")
        if not self.rule.late_given or self.rule.late != "inject" or inject is None or inject.providers is None:
            return
        waiting = [words for words in self.listens_on() if not self.rule.kinds.isdisjoint(words.deadlines)]
        unable = [
            words for words in waiting if not inject.providers.get(words.provider, frozenset()) & _generations(words)
        ]
        if self.rule.connections or len(unable) == len(waiting):
            for words in unable:
                message = f"connection {words.name} ({words.provider}) cannot put a late answer into a call; write drop"
                self.reader.report(self.root.get("late"), message, "cannot-do", self.severity(False))


def _names_a_call(step: Map) -> bool:
    fields = step.get("with")
    return isinstance(fields, Map) and fields.get("call") is not None


def _generations(words: ConnectionWords) -> set[str]:
    return set(words.generations) if words.generation == "auto" else {words.generation}
