"""Reads `answer` and `meanwhile`: what the platform is told."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.engine.cel.scope import Scope
from rules.engine.cel.templates import Fields, Literal, Template, TemplateReader
from rules.engine.findings import did_you_mean, one_of
from rules.engine.rule import Choice, Condition
from rules.engine.source.durations import BadDuration, parse_duration
from rules.engine.source.nodes import Items, Map, Node, Scalar
from rules.engine.source.place import Place
from rules.engine.source.reader import Reader
from rules.engine.vocabulary import KindWords

ONE_OF: Mapping[str, tuple[str, ...]] = {
    "assistant-request": ("assistant", "config", "default", "reject", "transfer"),
    "tool-calls": ("result", "error"),
    "transfer-request": ("transfer", "assistant", "error"),
    "knowledge-request": ("documents", "say"),
    "dial-request": ("allow",),
}
"""For each kind, the keys of which an answer has exactly one."""

IMPLIED: Mapping[str, Mapping[str, str]] = {"assistant-request": {"variables": "default"}}
"""For each kind, keys that may stand without any of those, and which one they then mean."""

BESIDE_AN_ASSISTANT = ("override", "variables", "metadata", "max_duration")
AN_ASSISTANT = ("assistant", "config", "default")
"""The keys that name an assistant, beside which those others may stand."""

TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "assistant": (str, "the id of a saved agent"),
    "config": ((dict, str), "a map, or a file such as assistants/night.json"),
    "reject": (str, "a sentence for the caller"),
    "transfer": (str, "a number such as +31850000001, or a SIP address"),
    "override": (dict, "a map"),
    "variables": (dict, "a map"),
    "metadata": (dict, "a map"),
    "error": (str, "a sentence the agent can use"),
    "say": (str, "a sentence"),
    "documents": (list, "a list"),
    "allow": (bool, "true or false"),
}
_VAR = re.compile(r"\s*\$\{\{\s*vars\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}\s*", re.ASCII)
TARGET = re.compile(r"\+[1-9]\d{4,14}|sips?:\S+@\S+", re.ASCII)


def _known_keys(kinds: Sequence[KindWords]) -> set[str]:
    return {"if"} | {key for kind in kinds for key in kind.answer_keys}


@dataclass
class AnswerReader:
    """Reads the answers of one rule."""

    reader: Reader
    scope: Scope
    kinds: Sequence[KindWords]
    assistants: Mapping[str, str]
    unsure: bool = False
    """Whether it is not known which kinds are meant, so that nothing can be said about the keys."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """The values of vars."""
    used: dict[str, str] = field(default_factory=dict)
    """The assistant files it uses."""

    def answer(self, node: Node | None, key: Node | None = None) -> tuple[Choice, ...]:
        """The choices in order; `key` is the word `answer` itself."""
        if node is None or not self.somebody_waits(key or node):
            return ()
        listed = isinstance(node, Items)
        if isinstance(node, Items) and not node.items:
            self.reader.report(node, "`answer` is empty", "missing")
        choices = [
            self.choice(item, f"answer[{place}]" if listed else "answer")
            for place, item in enumerate(self.reader.listed(node))
        ]
        found = [choice for choice in choices if choice is not None]
        self.unreachable(found)
        return tuple(found)

    def meanwhile(self, node: Node | None) -> Choice | None:
        """What is said while the steps still run, so it cannot speak of them."""
        if node is None:
            return None
        fields = self.reader.map(node, "`meanwhile`")
        if fields is None or not self.somebody_waits(node):
            return None
        self.keys(fields, conditional=False)
        place = Place("`meanwhile`", steps=0)
        return Choice("meanwhile", self.template(fields, place), node.line, node.column)

    def somebody_waits(self, node: Node) -> bool:
        if self.unsure:
            return True
        silent = [kind.name for kind in self.kinds if not kind.answer_keys]
        if silent or not self.kinds:
            kinds = one_of(silent) if silent else "an event by its native name"
            self.reader.report(node, f"nobody waits for an answer to {kinds}", "nobody-waits")
        return bool(self.kinds) and not silent

    def choice(self, node: Node, place: str) -> Choice | None:
        fields = self.reader.map(node, "an answer")
        if fields is None:
            return None
        self.keys(fields, conditional=True)
        written = fields.get("if")
        expression = self.reader.condition(
            written, f"`{place}.if`", self.scope, Place(f"`{place}.if`", wants_bool=True)
        )
        condition = Condition(expression, f"{place}.if") if expression else None
        template = self.template(fields, Place(f"`{place}`"))
        return Choice(place, template, node.line, node.column, condition)

    def unreachable(self, choices: list[Choice]) -> None:
        for place, choice in enumerate(choices[:-1]):
            if choice.condition is None:
                after = choices[place + 1]
                at = Scalar(after.line, after.column, "", "")
                self.reader.report(at, "this answer is never given: the one before it has no `if`", "unreachable")
                return

    def keys(self, fields: Map, conditional: bool) -> None:
        if self.unsure:
            return
        allowed = {key for kind in self.kinds for key in kind.answer_keys}
        known = allowed | ({"if"} if conditional else set())
        for entry in fields.entries:
            key = entry.key.text
            if key not in known:
                goes_with = [kind for kind, keys in ONE_OF.items() if key in keys]
                hint = f"; that goes with {one_of(goes_with)}" if goes_with else did_you_mean(key, allowed)
                hint = hint or f"; it has {one_of(sorted(allowed))}"
                kinds = one_of([kind.name for kind in self.kinds])
                self.reader.report(entry.key, f'an answer to {kinds} has no "{key}"{hint}', "unknown-key")
        for kind in self.kinds:
            self.exactly_one(fields, ONE_OF.get(kind.name, ()), IMPLIED.get(kind.name, {}))
        for entry in fields.entries:
            self.type(entry.key.text, entry.value)

    def exactly_one(self, fields: Map, choices: tuple[str, ...], implied: Mapping[str, str]) -> None:
        given = [key for key in fields.words() if key in choices]
        needed = bool(choices) and implied.keys().isdisjoint(fields.words())
        if not given and needed and not set(fields.words()) - _known_keys(self.kinds):
            self.reader.report(fields, f"an answer needs {one_of(choices)}", "missing")
        for extra in given[1:]:
            message = f"an answer has one of {one_of(choices)}; `{given[0]}` is there already"
            self.reader.report(fields.key(extra), message, "too-many")
        if given and given[0] not in AN_ASSISTANT and "assistant" in choices:
            for key in BESIDE_AN_ASSISTANT:
                if fields.get(key) is not None:
                    message = f"`{key}` goes with {one_of(AN_ASSISTANT)}, not with `{given[0]}`"
                    self.reader.report(fields.key(key), message, "too-many")

    def type(self, key: str, node: Node) -> None:
        value, this_is = node.plain, f", this is {node.word}"
        if isinstance(value, str) and "${{" in value:
            name = (_VAR.fullmatch(value) or [value, ""])[1]
            if name not in self.constants:
                return
            value = self.constants[name]
            this_is = f"; vars.{name} is {json.dumps(value, ensure_ascii=False)[:80]}"
        if key == "default" and value is not True:
            self.reader.report(node, "`default` is always true; leave it out for no default", "wrong-value")
        elif key == "max_duration":
            self.reader.duration(node, "`max_duration`", None)
        elif key in TYPES and not isinstance(value, TYPES[key][0]):
            self.reader.report(node, f"`{key}` must be {TYPES[key][1]}{this_is}", "wrong-type")
        elif key == "transfer" and not TARGET.fullmatch(str(value)):
            hint = this_is if value is not node.plain else ""
            self.reader.report(node, f"`transfer` must be {TYPES[key][1]}{hint}", "bad-literal")

    def template(self, fields: Map, place: Place) -> Fields:
        made: dict[str, Template] = {}
        templates = TemplateReader(self.scope, place, self.reader.problem)
        for entry in fields.entries:
            key, node = entry.key.text, entry.value
            if key == "config" and isinstance(node, Scalar) and "${{" not in node.text:
                made[key] = Literal(self.file(node))
            elif key == "max_duration":
                made[key] = Seconds(templates.read(node))
            elif key != "if":
                made[key] = templates.read(node)
        return Fields(made)

    def file(self, node: Scalar) -> Any:
        name = node.text
        if name not in self.assistants:
            hint = did_you_mean(name, self.assistants) or "; whole assistants lie in assistants/*.json"
            self.reader.report(node, f'there is no file "{name}"{hint}', "unknown-file")
            return {}
        self.used[name] = self.assistants[name]
        try:
            config = json.loads(self.assistants[name], parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            self.reader.report(node, f"{name} is not JSON: {error}", "unknown-file")
            return {}
        if not isinstance(config, dict):
            self.reader.report(node, f"{name} must hold one JSON object", "unknown-file")
        return config


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


@dataclass(frozen=True, eq=False)
class Seconds(Template):
    """A duration in an answer: whatever way it is written, platforms get seconds."""

    inner: Template

    def render(self, activation: Any) -> Any:
        value = self.inner.render(activation)
        try:
            seconds = parse_duration(value)
        except BadDuration:
            return value
        return int(seconds) if seconds.is_integer() else seconds

    def expressions(self) -> Any:
        yield from self.inner.expressions()
