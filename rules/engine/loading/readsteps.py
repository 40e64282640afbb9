"""Reads `steps`: what a rule does, one action after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from rules.engine.cel.scope import Scope, StepNames, names_of_step
from rules.engine.cel.templates import Fields, Template, TemplateReader
from rules.engine.cel.templates import Literal as LiteralTemplate
from rules.engine.findings import did_you_mean
from rules.engine.rule import Condition, Retry, Step
from rules.engine.source.nodes import Items, Map, Node
from rules.engine.source.place import Place
from rules.engine.source.reader import IDENTIFIER, Reader
from rules.engine.vocabulary import ActionWords, Vocabulary

STEP_KEYS = ("id", "name", "if", "action", "with", "connection", "timeout", "retry", "on_error", "for_each")
RETRY_KEYS = ("tries", "first", "factor", "max_age")
ENCODED_FIELDS = frozenset({"url", "path"})
"""Parameters whose interpolated values are percent-encoded, unless they come from vars or secrets."""
_MOST_STEPS = 100


@dataclass
class StepsReader:
    """Reads the steps of one rule; `names` must run before expressions are compiled."""

    reader: Reader
    vocabulary: Vocabulary
    nodes: list[Map] = field(default_factory=list)

    def collect(self, node: Node | None) -> None:
        """Take the steps apart and report what is no step."""
        if node is None:
            return
        if not isinstance(node, Items):
            self.reader.report(node, f"`steps` must be a list, this is {node.word}", "wrong-type")
            return
        if len(node.items) > _MOST_STEPS:
            self.reader.report(node, f"a rule has at most {_MOST_STEPS} steps")
        for item in node.items[:_MOST_STEPS]:
            step = self.reader.map(item, "a step")
            if step is not None:
                self.reader.known(step, STEP_KEYS, "a step")
                self.nodes.append(step)
        self.ids()

    def ids(self) -> None:
        seen: dict[str, int] = {}
        for step in self.nodes:
            node = step.get("id")
            if node is None:
                continue
            id_ = self.reader.text(node, "`id`")
            if not IDENTIFIER.fullmatch(id_):
                self.reader.report(node, f'"{id_}" is no id: letters, digits and _ only, not a digit first', "bad-name")
            elif id_ in seen:
                self.reader.report(node, f'the id "{id_}" is taken by the step on line {seen[id_]}', "duplicate-id")
            seen.setdefault(id_, node.line)

    def names(self) -> list[StepNames]:
        """What the steps with an id give."""
        named: dict[str, StepNames] = {}
        for step in self.nodes:
            id_ = self.id_of(step)
            if id_ and id_ not in named:
                action = self.vocabulary.actions.get(self.action_of(step))
                named[id_] = names_of_step(id_, action.output if action else None, step.get("for_each") is not None)
        return list(named.values())

    def id_of(self, step: Map) -> str:
        node = step.get("id")
        id_ = str(node.plain) if node is not None else ""
        return id_ if IDENTIFIER.fullmatch(id_) else ""

    def action_of(self, step: Map) -> str:
        node = step.get("action")
        return str(node.plain) if node is not None else ""

    def read(self, scope: Scope) -> tuple[Step, ...]:
        """The steps, compiled."""
        return tuple(self.step(node, index, scope) for index, node in enumerate(self.nodes))

    def step(self, node: Map, index: int, scope: Scope) -> Step:
        id_ = self.id_of(node)
        before = sum(1 for earlier in self.nodes[:index] if self.id_of(earlier))
        action = self.action(node)
        for_each = self.for_each(node, index, scope, before)
        return Step(
            key=id_ or f"step-{index + 1}",
            id=id_,
            index=index,
            name=self.reader.text(node.get("name"), "`name`"),
            action=self.action_of(node),
            template=self.with_(node, index, scope, before, for_each is not None),
            line=node.line,
            column=node.column,
            condition=self.condition(node, index, scope, before),
            connection=self.reader.text(node.get("connection"), "`connection`"),
            timeout=self.timeout(node.get("timeout")),
            retry=self.retry(node.get("retry")),
            on_error=self.on_error(node),
            for_each=for_each,
            output=dict(action.output) if action else {},
        )

    def action(self, node: Map) -> ActionWords | None:
        written = node.get("action")
        if written is None:
            if self.reader.lacks(node, "action"):
                self.reader.report(node, "a step needs an `action`", "missing")
            return None
        name = self.reader.text(written, "`action`")
        action = self.vocabulary.actions.get(name)
        if action is None:
            hint = did_you_mean(name, self.vocabulary.actions)
            self.reader.report(written, f'unknown action "{name}"{hint}', "unknown-action")
        return action

    def condition(self, node: Map, index: int, scope: Scope, before: int) -> Condition | None:
        place = f"steps[{index}].if"
        written = node.get("if")
        expression = self.reader.condition(
            written, f"`{place}`", scope, Place(f"`{place}`", steps=before, wants_bool=True)
        )
        return Condition(expression, place) if expression else None

    def with_(self, node: Map, index: int, scope: Scope, before: int, item: bool) -> Fields:
        fields = self.reader.map(node.get("with"), "`with`")
        if fields is None:
            return Fields()
        place = Place(f"`steps[{index}].with`", steps=before, secrets=True, item=item)
        return TemplateReader(scope, place, self.reader.problem, ENCODED_FIELDS).fields(fields)

    def for_each(self, node: Map, index: int, scope: Scope, before: int) -> Template | None:
        written = node.get("for_each")
        if written is None:
            return None
        place = Place(f"`steps[{index}].for_each`", steps=before)
        template = TemplateReader(scope, place, self.reader.problem).read(written)
        if isinstance(template, LiteralTemplate) and not isinstance(template.value, list):
            text = str(template.value)
            name = text if text in scope.words else "vars.numbers"
            message = f"`for_each` must be a list, such as [a, b] or ${{{{ {name} }}}}"
            self.reader.report(written, message, "wrong-type")
        for expression in template.expressions():
            if not isinstance(written, Items) and expression.type.word not in ("list", "dyn"):
                self.reader.report(written, "`for_each` must be a list; this expression never gives one", "wrong-type")
        return template

    def timeout(self, node: Node | None) -> float | None:
        seconds = self.reader.duration(node, "`timeout`", None)
        if seconds == 0:
            self.reader.report(node, "`timeout` leaves no time at all", "wrong-value")
        return seconds

    def on_error(self, node: Map) -> Literal["stop", "continue"]:
        word = self.reader.choice(node.get("on_error"), "`on_error`", ("stop", "continue"), "stop")
        return cast(Literal["stop", "continue"], word)

    def retry(self, node: Node | None) -> Retry:
        fields = self.reader.map(node, "`retry`")
        if fields is None:
            return Retry()
        self.reader.known(fields, RETRY_KEYS, "`retry`")
        plain = Retry()
        return Retry(
            tries=self.reader.whole(fields.get("tries"), "`tries`", plain.tries, 1),
            first=self.reader.duration(fields.get("first"), "`first`", plain.first) or 0.0,
            factor=self.reader.number(fields.get("factor"), "`factor`", plain.factor, 1),
            max_age=self.reader.duration(fields.get("max_age"), "`max_age`", plain.max_age) or 0.0,
            given=True,
        )


def step_nodes(root: Map) -> Sequence[Map]:
    """The maps under `steps`, for checks that need the places of their values."""
    steps = root.get("steps")
    return [item for item in steps.items if isinstance(item, Map)] if isinstance(steps, Items) else []
