"""YAML as a tree of nodes that know where they stand. Lines and columns count from 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"-?(?:0|[1-9]\d{0,17})", re.ASCII)
_FLOAT = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?", re.ASCII)
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)


@dataclass(slots=True)
class Node:
    """Something at a place in the file."""

    line: int
    column: int

    @property
    def plain(self) -> Any:
        """The value as Python knows it."""
        raise NotImplementedError

    @property
    def word(self) -> str:
        """What it is, in words."""
        raise NotImplementedError


@dataclass(slots=True)
class Scalar(Node):
    """A text, number, true, false or nothing."""

    text: str
    style: str
    """"" for plain, else the quote, | or >."""
    source: tuple[str, ...] = ()
    """The lines of the file it covers."""

    @property
    def plain(self) -> Any:
        return self.text if self.style else resolve(self.text)

    @property
    def word(self) -> str:
        value = self.plain
        if value is None:
            return "nothing"
        if isinstance(value, bool):
            return "true or false"
        return "text" if isinstance(value, str) else "a number"

    def locate(self, offset: int) -> tuple[int, int]:
        """Line and column of a character of the text."""
        if self.style in ("|", ">"):
            return self._in_block(offset)
        if "\n" in self.text or len(self.source) > 1:
            return self._in_folded(offset)
        if not self.style:
            return self.line, self.column + offset
        return self.line, self.column + 1 + _written(self.text[:offset], self.style, self._written_text())

    def _written_text(self) -> str:
        return self.source[0][self.column :] if self.source else ""

    def _in_block(self, offset: int) -> tuple[int, int]:
        """Literal lines map one to one; folded ones by walking the words of the file."""
        before = self.text[:offset]
        body = self.source[1:]
        if self.style == ">":
            return self._by_words(before, body, self.line + 1)
        row = before.count("\n")
        column = len(before) - (before.rfind("\n") + 1)
        indent = min((len(line) - len(line.lstrip(" ")) for line in body if line.strip()), default=0)
        return self.line + 1 + row, indent + column + 1

    def _in_folded(self, offset: int) -> tuple[int, int]:
        first = self.source[0][self.column - 1 + bool(self.style) :] if self.source else ""
        pad = " " * (self.column - 1 + bool(self.style))
        return self._by_words(self.text[:offset], (pad + first, *self.source[1:]), self.line)

    def _by_words(self, before: str, lines: tuple[str, ...], line: int) -> tuple[int, int]:
        """Counts the characters that are not white space, which folding keeps."""
        wanted = sum(not character.isspace() for character in before)
        for row, text in enumerate(lines):
            for place, character in enumerate(text):
                if character.isspace():
                    continue
                if wanted == 0:
                    return line + row, place + 1
                wanted -= 1
        return self.line, self.column


def _written(before: str, style: str, source: str) -> int:
    """How many characters of the file stand for this beginning of a quoted text."""
    if style == "'":
        return len(before) + before.count("'")
    position = 0
    for _ in before:
        escape = _ESCAPE.match(source, position) if source[position : position + 1] == "\\" else None
        position = escape.end() if escape else position + 1
    return position


def resolve(text: str) -> Any:
    """What a plain word means: only null, true, false and decimal numbers are not text."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


@dataclass(slots=True)
class Entry:
    """One `key: value` of a map."""

    key: Scalar
    value: Node


@dataclass(slots=True)
class Map(Node):
    """Keys and values in the order of the file; a repeated key keeps its first value."""

    entries: list[Entry] = field(default_factory=list)

    @property
    def plain(self) -> dict[str, Any]:
        return {entry.key.text: entry.value.plain for entry in self.entries}

    @property
    def word(self) -> str:
        return "a map"

    def get(self, key: str) -> Node | None:
        """The value under that key."""
        return next((entry.value for entry in self.entries if entry.key.text == key), None)

    def key(self, name: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((entry.key for entry in self.entries if entry.key.text == name), None)

    def words(self) -> list[str]:
        """The text of every key."""
        return [entry.key.text for entry in self.entries]


@dataclass(slots=True)
class Items(Node):
    """A list."""

    items: list[Node] = field(default_factory=list)

    @property
    def plain(self) -> list[Any]:
        return [item.plain for item in self.items]

    @property
    def word(self) -> str:
        return "a list"


def scalars(node: Node) -> Iterator[Scalar]:
    """Every value below a node that is no map and no list; keys are left out."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Items):
        for item in node.items:
            yield from scalars(item)
    elif isinstance(node, Map):
        for entry in node.entries:
            yield from scalars(entry.value)
