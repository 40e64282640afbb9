"""Reads a YAML file into nodes. Nothing in a file makes it raise, hang or grow: what is wrong becomes a fault.

YAML 1.2 words: `on`, `off`, `yes` and `no` are text. Depth, size and aliases are bounded, tags are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from rules.engine.findings import Severity
from rules.engine.source.nodes import Entry, Items, Map, Node, Scalar
from rules.engine.source.yamlfaults import cut_text, explain_yaml, single_quoted
from rules.engine.source.yamlmend import Mended

LARGEST_FILE = 512_000
_DEEPEST = 40
_MOST_NODES = 20_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What the parser counts as the end of a line."""


class Fault(NamedTuple):
    """Something wrong with the YAML."""

    line: int
    column: int
    message: str
    code: str = "yaml"
    severity: Severity = "error"


@dataclass
class Document:
    """What a file holds: its root, unless it could not be read, and everything wrong with it."""

    root: Node | None
    faults: list[Fault] = field(default_factory=list)


class _Stop(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_yaml(data: bytes | str) -> Document:
    """The first document of a file."""
    if len(data) > LARGEST_FILE:
        return Document(None, [Fault(1, 1, f"the file is larger than {LARGEST_FILE // 1000} kB")])
    if isinstance(data, bytes) and (data[:2] in _UTF_16 or data[1:2] == b"\0"):
        return Document(None, [Fault(1, 1, "the file is UTF-16 text; save it as UTF-8")])
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(data[: error.start])
        return Document(None, [Fault(line, column, "the file is not UTF-8 text from here on; save it as UTF-8")])
    bad = _UNREADABLE.search(text)
    if bad:
        line, column = _position(text[: bad.start()])
        return Document(None, [Fault(line, column, f"the character U+{ord(bad[0]):04X} cannot stand in a file")])
    return _read(text)


def _position(before: bytes | str) -> tuple[int, int]:
    text = before if isinstance(before, str) else before.decode("utf-8", "replace")
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def _read(text: str) -> Document:
    """Parse; where quotes are missing, note it and go on as if they were there, so that the rest is checked too."""
    mended = Mended(_LINE_BREAK.split(text))
    faults: list[Fault] = []
    while True:
        builder = _Builder(mended)
        try:
            root = builder.document(yaml.parse("\n".join(mended.lines) if faults else text, Loader=_LOADER))
        except yaml.YAMLError as error:
            advice = explain_yaml(error, mended.lines)
            line, column = mended.original(advice.line, advice.column)
            faults.append(Fault(line, column, advice.message, "quotes" if advice.spans else "yaml"))
            if not mended.mend(advice):
                return Document(None, [*faults, *builder.faults])
        except _Stop as stop:
            return Document(None, [*faults, *builder.faults, stop.fault])
        else:
            return Document(root, [*faults, *builder.faults])


class _Builder:
    def __init__(self, mended: Mended) -> None:
        self.mended = mended
        self.lines = mended.written
        self.faults: list[Fault] = []
        self.anchors: dict[str, Node] = {}
        self.sizes: dict[int, int] = {}
        self.count = 0

    def mark(self, event: Any) -> tuple[int, int]:
        """Line and column in the file as it is written."""
        return self.mended.original(event.start_mark.line + 1, event.start_mark.column + 1)

    def document(self, events: Iterator[Any]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                line, column = self.mark(event)
                self.faults.append(Fault(line, column, "a file holds one document; remove the `---`"))
                break
            if isinstance(event, yaml.NodeEvent) and root is None:
                root = self.node(event, events, 0)
        return root

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line, column = self.mark(event)
        if depth > _DEEPEST:
            raise _Stop(Fault(line, column, f"this is nested more than {_DEEPEST} deep"))
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        self.grow(1, line, column)
        before = self.count
        node = self.fresh(event, events, depth)
        if event.anchor:
            self.anchors[event.anchor] = node
            self.sizes[id(node)] = self.count - before + 1
        return node

    def grow(self, by: int, line: int, column: int) -> None:
        self.count += by
        if self.count > _MOST_NODES:
            raise _Stop(Fault(line, column, f"the file holds more than {_MOST_NODES} values"))

    def alias(self, event: Any) -> Node:
        line, column = self.mark(event)
        node = self.anchors.get(event.anchor)
        if node is None:
            message = f"there is no &{event.anchor} before this; put single quotes around a value that starts with *"
            raise _Stop(Fault(line, column, message))
        self.grow(self.sizes[id(node)], line, column)
        return node

    def fresh(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if event.tag and event.tag != "!":
            return self.tagged(event, events, depth)
        return self.untagged(event, events, depth)

    def tagged(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        """Goes on with the text that was meant, so that what is inside is checked all the same."""
        line, column = self.mark(event)
        meant = self.text_from(line - 1, column - 1).strip()
        message = f"a value that starts with !; put single quotes around it: {single_quoted(meant)}"
        self.faults.append(Fault(line, column, message, "quotes"))
        node = self.untagged(event, events, depth)
        return Scalar(line, column, meant, "") if isinstance(node, Scalar) else node

    def untagged(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line, column = self.mark(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, line, column)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.items(events, line, column, depth)
        return self.map(events, line, column, depth)

    def scalar(self, event: Any, line: int, column: int) -> Scalar:
        end = event.end_mark.line + (1 if event.end_mark.column or event.end_mark.line == line - 1 else 0)
        style = event.style if event.style and event.style != "\0" else ""
        if self.mended.has_quote_at(event.start_mark.line + 1, event.start_mark.column + 1):
            return Scalar(line, column, event.value, "")
        node = Scalar(line, column, event.value, style, tuple(self.lines[line - 1 : max(end, line)]))
        if not style:
            row, end_column = self.mended.original(event.end_mark.line + 1, event.end_mark.column + 1)
            rest = self.text_from(row - 1, end_column - 1)
            cut = [Fault(line, column, *found) for found in cut_text(event.value, rest)]
            self.faults += cut
            if any(fault.severity == "error" for fault in cut) and row == line:
                return Scalar(line, column, self.text_from(row - 1, column - 1).rstrip(), "")
        return node

    def text_from(self, row: int, column: int) -> str:
        """The rest of a line of the file; the parser's marks may lie behind its end."""
        return self.lines[row][column:] if row < len(self.lines) else ""

    def items(self, events: Iterator[Any], line: int, column: int, depth: int) -> Items:
        node = Items(line, column)
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            node.items.append(self.node(event, events, depth + 1))
        return node

    def map(self, events: Iterator[Any], line: int, column: int, depth: int) -> Map:
        node = Map(line, column)
        seen: dict[str, int] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            if not isinstance(key, Scalar):
                message = "a key must be text; put single quotes around a value that starts with { or ["
                self.faults.append(Fault(key.line, key.column, message, "quotes"))
            elif key.text in seen:
                message = f'duplicate key "{key.text}"; it stands on line {seen[key.text]} already'
                self.faults.append(Fault(key.line, key.column, message, "duplicate-key"))
            else:
                seen[key.text] = key.line
                node.entries.append(Entry(key, value))
        return node
