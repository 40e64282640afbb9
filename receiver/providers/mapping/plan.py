"""A mapping as it is written in a connection, read and compiled: every mistake is found here, none when an event comes.

Every text in it is a CEL expression. Nothing in this module sees a delivery.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from receiver.providers.base import ANSWER_KEYS
from receiver.providers.mapping.cautions import without_strings
from receiver.providers.mapping.cel import INCOMING, ITEM, OUTGOING, Expression, Names
from receiver.providers.mapping.shapes import Path, Shape, shape_of
from receiver.providers.mapping.wording import Problem, listed, nearest
from store.event import KINDS, SECTIONS

OURS = frozenset({"schedule", "emitted", "manual", "unreadable"})
"""Kinds that no platform sends."""
SENDABLE = frozenset(KINDS) - OURS
WAITING = frozenset(name for name in SENDABLE if KINDS[name].waits)
SECTION_FIELDS: Mapping[str, frozenset[str]] = {
    name: frozenset(info.alias or field for field, info in model.model_fields.items())
    for name, model in SECTIONS.items()
    if name != "tool"
}
TOOL_FIELDS = frozenset({"id", "name", "arguments"})
KEYS = (
    frozenset({"each", "native", "kind", "dedup_key", "occurred_at", "tools", "data", "reply"}) | SECTION_FIELDS.keys()
)
_TEXT_OF_ANSWER = frozenset({"result", "error", "say"})
_PATH = re.compile(r"raw(?:\.[A-Za-z_]\w*)+")
_HEADER = re.compile(r"""headers(?:\[\??\s*["']([A-Za-z0-9-]+)["']\s*\]|\.\??([A-Za-z0-9_]+))""")


class Misplaced(NamedTuple):
    """Something wrong with a mapping: the keys that lead there, a character offset in the value, and a sentence."""

    path: Path
    offset: int
    message: str
    key: bool = False
    """Whether the last key itself is wrong, not what stands under it."""


class BadMapping(ValueError):
    """A mapping that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: list[Misplaced]) -> None:
        super().__init__("; ".join(f"{'.'.join(each.path)}: {each.message}" for each in problems))
        self.problems = problems


@dataclass(frozen=True)
class Tools:
    """The tools of one event: one, or one for each item of a list."""

    each: Shape | None
    fields: Mapping[str, Shape]


@dataclass(frozen=True)
class Plan:
    """A compiled mapping. What is None was not written."""

    each: Path = ()
    """The keys below `raw` that lead to a list with one event an item."""
    native: Shape | None = None
    kind: Shape | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Native names → ours, where `kind` is written as a map."""
    dedup_key: Shape | None = None
    occurred_at: Shape | None = None
    sections: Mapping[str, Mapping[str, Shape]] = field(default_factory=dict)
    data: Shape | None = None
    tools: Tools | None = None
    reply: Mapping[str, Shape] = field(default_factory=dict)

    @cached_property
    def loops(self) -> int:
        """How many loops its expressions for events have."""
        return sum(expression.loops for expression in self._incoming())

    @cached_property
    def headers(self) -> frozenset[str]:
        """The headers its expressions look at."""
        found = (match for each in self._incoming() for match in _HEADER.finditer(each.text))
        return frozenset((match[1] or match[2]).lower() for match in found)

    @cached_property
    def key_is_of_item(self) -> bool:
        """Whether the dedup key tells the items of one delivery apart."""
        texts = (without_strings(each.text) for each in self.dedup_key.expressions()) if self.dedup_key else ()
        return any(re.search(r"\bitem\b", text) for text in texts)

    def told(self, kind: str) -> frozenset[str]:
        """The keys of an answer that the reply to this kind has a place for."""
        shape = self.reply.get(kind)
        if shape is None:
            return ANSWER_KEYS[kind]
        texts = " ".join(expression.text for expression in shape.expressions())
        words = set(re.findall(r"[A-Za-z_]+", texts))
        whole = re.search(r"\banswers?\b(?!\s*[.\[\w])", without_strings(texts))
        return ANSWER_KEYS[kind] & (
            ANSWER_KEYS[kind] if whole else words | (_TEXT_OF_ANSWER if "text" in words else set())
        )

    def _incoming(self) -> Iterator[Expression]:
        shapes = [self.native, self.kind, self.dedup_key, self.occurred_at, self.data]
        shapes += [shape for fields in self.sections.values() for shape in fields.values()]
        shapes += [self.tools.each, *self.tools.fields.values()] if self.tools else []
        for shape in shapes:
            yield from shape.expressions() if shape else ()


@lru_cache(maxsize=256)
def plan_of(written: str) -> Plan:
    """The plan of a mapping, written as JSON so that it can be remembered; raises BadMapping."""
    return _Reader(json.loads(written)).plan()


class _Reader:
    def __init__(self, written: Mapping[str, Any]) -> None:
        self.written = written
        self.problems: list[Misplaced] = []
        self.names: Names = ITEM if "each" in written else INCOMING

    def plan(self) -> Plan:
        self.known(self.written, KEYS, ())
        kind, kinds = self.kind()
        plan = Plan(
            each=self.each(),
            native=self.shape("native"),
            kind=kind,
            kinds=kinds,
            dedup_key=self.shape("dedup_key"),
            occurred_at=self.shape("occurred_at"),
            sections={name: self.fields(name, known) for name, known in SECTION_FIELDS.items() if name in self.written},
            data=self.shape("data"),
            tools=self.tools(),
            reply=self.reply(),
        )
        if self.problems:
            raise BadMapping(self.problems)
        return plan

    def each(self) -> Path:
        """A plain path, so that a delivery can be kept with one of its events at a time."""
        written = self.written.get("each", "raw.x")
        if isinstance(written, str) and _PATH.fullmatch(written):
            return tuple(written.split(".")[1:]) if "each" in self.written else ()
        self.say(("each",), "write where the list is, such as raw.events")
        return ()

    def shape(self, key: str) -> Shape | None:
        if key not in self.written:
            return None
        return shape_of(self.written[key], self.names, (key,), self.report)

    def kind(self) -> tuple[Shape | None, dict[str, str]]:
        written = self.written.get("kind")
        if not isinstance(written, dict):
            return self.shape("kind"), {}
        for native, kind in written.items():
            self.one_kind(kind, ("kind", str(native)))
        return None, {str(native): str(kind) for native, kind in written.items()}

    def one_kind(self, kind: Any, path: Path) -> None:
        if kind not in SENDABLE:
            self.say(path, f'"{kind}" is no kind of event that a platform sends{nearest(str(kind), SENDABLE)}')
        elif "each" in self.written and kind in WAITING:
            self.say(path, f"nobody can wait for {kind} where one delivery holds several events (`each`)")

    def fields(self, section: str, known: frozenset[str], names: Names | None = None) -> dict[str, Shape]:
        written = self.map(self.written[section], (section,))
        self.known(written, known, (section,))
        return {
            name: shape_of(value, names or self.names, (section, name), self.report)
            for name, value in written.items()
            if name in known and name != "each"
        }

    def tools(self) -> Tools | None:
        if "tools" not in self.written:
            return None
        written = self.written["tools"]
        many = isinstance(written, dict) and "each" in written
        each = shape_of(written["each"], self.names, ("tools", "each"), self.report) if many else None
        return Tools(each, self.fields("tools", TOOL_FIELDS | {"each"}, ITEM if many else None))

    def reply(self) -> dict[str, Shape]:
        written = self.map(self.written.get("reply", {}), ("reply",))
        self.known(written, WAITING, ("reply",))
        return {
            kind: shape_of(shape, OUTGOING, ("reply", kind), self.report)
            for kind, shape in written.items()
            if kind in WAITING
        }

    def map(self, value: Any, path: Path) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.say(path, "a map is needed here")
        return {}

    def known(self, written: Mapping[str, Any], known: frozenset[str], path: Path) -> None:
        for name in written:
            if name not in known:
                hint = nearest(str(name), known) or f"; there is {listed(known)}"
                self.problems.append(Misplaced((*path, str(name)), 0, f'"{name}" is no key here{hint}', key=True))

    def say(self, path: Path, message: str) -> None:
        self.report(path, Problem(0, message))

    def report(self, path: Path, problem: Problem) -> None:
        self.problems.append(Misplaced(path, problem.offset, problem.message))
