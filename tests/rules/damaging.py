"""Rule files as accidents leave them: bytes flipped, ends lost, lines gone astray, two files in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

_MARKS = b"\0\t\r\n :#'\"[]{}&*!|>%@`-,?\xff\xfe\x80\xc3"


def originals() -> list[bytes]:
    """The right files of the corpus and the rules we ship."""
    corpus = Path(__file__).parent / "corpus" / "right"
    return [path.read_bytes() for folder in (corpus, Path("rules/examples")) for path in sorted(folder.rglob("*.yaml"))]


def damaged(chance: Random, files: Sequence[bytes]) -> bytes:
    """One of the files after one to three accidents."""
    data = chance.choice(files)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        data = chance.choice(_ACCIDENTS)(chance, data, files)
    return data


def _flipped(chance: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _marked(chance: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    """A character that means something to YAML where none was."""
    at = chance.randint(0, len(data))
    return data[:at] + bytes([chance.choice(_MARKS)]) * chance.choice((1, 1, 2, 40)) + data[at:]


def _cut(chance: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    return data[: chance.randint(0, len(data))]


def _without(chance: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    start = chance.randint(0, len(data))
    return data[:start] + data[start + chance.randint(0, 30) :]


def _lines(chance: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    lines = data.splitlines(keepends=True)
    how = chance.randrange(3)
    if how == 0:
        chance.shuffle(lines)
    elif lines and how == 1:
        lines.insert(chance.randrange(len(lines)), chance.choice(lines) * chance.choice((1, 1, 300)))
    elif lines:
        del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def _indented(chance: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    return b"".join(b" " * chance.choice((0, 0, 0, 1, 2)) + line for line in data.splitlines(keepends=True))


def _spliced(chance: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    other = chance.choice(files)
    return data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]


def _repeated(chance: Random, data: bytes, files: Sequence[bytes]) -> bytes:
    return data * chance.choice((2, 3, 50))


_ACCIDENTS: Sequence[Callable[[Random, bytes, Sequence[bytes]], bytes]] = (
    _flipped, _flipped, _marked, _marked, _cut, _cut, _without, _lines, _indented, _spliced, _repeated,
)  # fmt: skip
