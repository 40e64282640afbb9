"""The syntax tree of a compiled CEL expression, with the type and place of each part.

The library hands its tree out only as a serialized `CheckedExpr` protobuf message (cel-spec, `checked.proto` and
`syntax.proto`); this module reads the few fields the engine asks for. Offsets count characters of the expression.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}
_WELL_KNOWN = {1: "dyn", 2: "timestamp", 3: "duration"}


class CelType(NamedTuple):
    """A static type: its word, and for lists, maps and optionals what they hold."""

    word: str
    holds: tuple[CelType, ...] = ()

    def __str__(self) -> str:
        return f"{self.word}({', '.join(map(str, self.holds))})" if self.holds else self.word


DYN = CelType("dyn")


@dataclass(slots=True)
class Part:
    """One node of the tree. `what` is constant, name, select, call, list, map, loop or nothing."""

    id: int
    what: str = "nothing"
    text: str = ""
    """The name of a name, the field of a select, the function of a call, the message a map would build."""
    value: Any = None
    """A constant's value."""
    target: Part | None = None
    """What is selected from, or the receiver of a method call."""
    parts: list[Part] = field(default_factory=list)
    optional: frozenset[int] = frozenset()
    """Which members of a list or map are marked with `?`."""
    asks: bool = False
    """A select inside has()."""
    type: CelType = DYN
    offset: int = 0

    def children(self) -> Iterator[Part]:
        """The target first, then the parts."""
        if self.target is not None:
            yield self.target
        yield from self.parts

    def walk(self) -> Iterator[Part]:
        """This part and everything below it."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack.extend(reversed(list(part.children())))


def read_tree(serialized: bytes) -> Part:
    """Decode what `cel.Expression.serialize()` gave."""
    reader = _Reader()
    checked = dict(_fields(serialized))[2]  # the message travels inside an Any
    for number, value in _fields(checked):
        if number == 2:
            reader.reference(value)
        elif number == 3:
            key, type_ = _entry(value)
            reader.types[key] = _type(type_)
        elif number == 5:
            reader.source(value)
    return reader.part(next(value for number, value in _fields(checked) if number == 4))


class _Reader:
    def __init__(self) -> None:
        self.types: dict[int, CelType] = {}
        self.names: dict[int, str] = {}
        self.offsets: dict[int, int] = {}

    def reference(self, data: bytes) -> None:
        key, value = _entry(data)
        name = next((text.decode() for number, text in _fields(value) if number == 1), "")
        if name:
            self.names[key] = name

    def source(self, data: bytes) -> None:
        for number, value in _fields(data):
            if number == 4:
                pair = dict(_fields(value))
                self.offsets[pair.get(1, 0)] = pair.get(2, 0)

    def part(self, data: bytes) -> Part:
        fields = dict(_fields(data))
        part = Part(fields.get(2, 0))
        part.offset = self.offsets.get(part.id, 0)
        part.type = self.types.get(part.id, DYN)
        for number, fill in _FILLERS.items():
            if number in fields:
                fill(self, part, fields[number])
        if part.id in self.names and part.what in ("name", "select"):
            part.what, part.text, part.target = "name", self.names[part.id], None
        return part

    def constant(self, part: Part, data: bytes) -> None:
        part.what = "constant"
        for number, value in _fields(data):
            part.value = _constant(number, value)

    def name(self, part: Part, data: bytes) -> None:
        part.what = "name"
        part.text = next((value.decode() for _, value in _fields(data)), "")

    def select(self, part: Part, data: bytes) -> None:
        fields = dict(_fields(data))
        part.what, part.text = "select", fields.get(2, b"").decode()
        part.target, part.asks = self.part(fields[1]), bool(fields.get(3, 0))

    def call(self, part: Part, data: bytes) -> None:
        part.what = "call"
        for number, value in _fields(data):
            if number == 1:
                part.target = self.part(value)
            elif number == 2:
                part.text = value.decode()
            else:
                part.parts.append(self.part(value))

    def list(self, part: Part, data: bytes) -> None:
        part.what = "list"
        optional: set[int] = set()
        for number, value in _fields(data):
            if number == 1:
                part.parts.append(self.part(value))
            else:
                optional.update(_packed(value) if isinstance(value, bytes) else [value])
        part.optional = frozenset(optional)

    def map(self, part: Part, data: bytes) -> None:
        part.what = "map"
        optional: set[int] = set()
        for number, value in _fields(data):
            if number == 1:
                part.text = value.decode()
                continue
            entry = dict(_fields(value))
            if 3 in entry:
                part.parts.append(self.part(entry[3]))
            if entry.get(5):
                optional.add(len(part.parts))
            part.parts.append(self.part(entry[4]))
        part.optional = frozenset(optional)

    def loop(self, part: Part, data: bytes) -> None:
        part.what = "loop"
        part.parts = [self.part(value) for number, value in _fields(data) if number in (2, 4, 5, 6, 7)]
        part.value = {value.decode() for number, value in _fields(data) if number in (1, 3, 8)}


_FILLERS = {
    3: _Reader.constant,
    4: _Reader.name,
    5: _Reader.select,
    6: _Reader.call,
    7: _Reader.list,
    8: _Reader.map,
    9: _Reader.loop,
}


def _constant(number: int, value: Any) -> Any:
    if number == 1:
        return None
    if number == 2:
        return bool(value)
    if number == 3:
        return value - (1 << 64) if value >= 1 << 63 else value
    if number == 5:
        return struct.unpack("<d", value)[0]
    if number == 6:
        return value.decode()
    return value


def _type(data: bytes) -> CelType:
    for number, value in _fields(data):
        if number == 2:
            return CelType("null")
        if number in (3, 4):
            return CelType(_PRIMITIVES.get(value, "dyn"))
        if number == 5:
            return CelType(_WELL_KNOWN.get(value, "dyn"))
        if number == 6:
            return CelType("list", tuple(_type(item) for _, item in _fields(value)) or (DYN,))
        if number == 7:
            return CelType("map", tuple(_type(item) for _, item in _fields(value)) or (DYN, DYN))
        if number == 11:
            return CelType("type")
        if number == 14:
            return CelType("optional", tuple(_type(item) for field_, item in _fields(value) if field_ == 2) or (DYN,))
    return DYN


def _entry(data: bytes) -> tuple[int, bytes]:
    fields = dict(_fields(data))
    return fields.get(1, 0), fields.get(2, b"")


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Each field of a message: its number and its raw value, int or bytes."""
    position, end = 0, len(data)
    while position < end:
        tag, position = _varint(data, position)
        wire = tag & 7
        if wire == _VARINT:
            value: Any
            value, position = _varint(data, position)
        elif wire == _BYTES:
            size, position = _varint(data, position)
            value, position = data[position : position + size], position + size
        else:
            size = 8 if wire == _FIXED64 else 4
            value, position = data[position : position + size], position + size
        yield tag >> 3, value


def _varint(data: bytes, position: int) -> tuple[int, int]:
    byte = data[position]
    if byte < 0x80:
        return byte, position + 1
    result, shift = byte & 0x7F, 7
    while True:
        position += 1
        byte = data[position]
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position + 1
        shift += 7


def _packed(data: bytes) -> list[int]:
    values, position = [], 0
    while position < len(data):
        value, position = _varint(data, position)
        values.append(value)
    return values
