"""What the CEL library accepts in an expression although it harms the process that evaluates it; told from its text.

An optional that is left over ends the process or gives a value that nobody can read, so each one has to be settled
where it stands. Loops over long lists take a time that grows with the square, and texts that are put together from two
texts of a payload grow with their product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 2000
"""Characters of one expression."""
MOST_LOOPS = 4
"""Loops in one expression."""

_RAW = r"""(?:[bB]?[rR]|[rR][bB])(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"]*"|'[^']*')"""
_PLAIN = r"""\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_STRINGS = re.compile(rf"(?<!\w){_RAW}|{_PLAIN}|//[^\n]*", re.DOTALL)
_LOOP = re.compile(r"\.\s*(?:map|filter|all|exists|exists_one)\s*\(")
_OPTIONAL = re.compile(r"(?:\.|(?<=[\w)\]])\[)\s*\?")
_MEMBER = re.compile(r"\s*\.\s*\??\s*[A-Za-z_]\w*(?!\w|\s*\()|\s*\[")
_SETTLED = re.compile(r"\s*\.\s*(?:orValue|hasValue)\s*\(")
_BUILT = re.compile(r"(?<![\w)\]])\[\s*\?|[{,]\s*\?")
_HANDED_ON = re.compile(r"\boptional\s*\.|\.\s*(?:optMap|optFlatMap|or|value|first|last|unwrapOpt)\s*\(|\bunwrap\s*\(")
_WRITTEN_OUT = re.compile(r"\.\s*(replace|join)\s*\(")


class Caution(NamedTuple):
    """Why an expression is refused, at a character offset in it."""

    offset: int
    message: str


def cautions(text: str) -> Iterator[Caution]:
    """Everything in the expression that may not be evaluated."""
    if len(text) > LONGEST:
        yield Caution(0, f"this expression is longer than {LONGEST} characters")
        return
    bare = without_strings(text)
    yield from _optionals(bare)
    if loops_in(text) > MOST_LOOPS:
        yield Caution(0, f"this expression has more than {MOST_LOOPS} loops (map, filter, all, exists)")
    for found in _WRITTEN_OUT.finditer(bare):
        if re.search(r"\w", bare[found.end() : _closing(bare, found.end() - 1)]):
            yield Caution(found.start(), f"{found[1]} takes only texts that are written here, in quotes")


def loops_in(text: str) -> int:
    """How many loops the expression has."""
    return len(_LOOP.findall(without_strings(text)))


def without_strings(text: str) -> str:
    """The expression with blanks for its texts and comments, every other character at its place."""
    return _STRINGS.sub(lambda found: " " * len(found[0]), text)


def _optionals(bare: str) -> Iterator[Caution]:
    for found in _OPTIONAL.finditer(bare):
        if not _SETTLED.match(bare, _end_of_chain(bare, found.start())):
            yield Caution(found.start(), 'say what counts when it is missing, as in .orValue("")')
    for found in _BUILT.finditer(bare):
        yield Caution(
            found.end() - 1, "an optional member cannot be written here; what is missing stays away by itself"
        )
    for found in _HANDED_ON.finditer(bare):
        yield Caution(found.start(), 'of optionals only .?name with .orValue("") or .hasValue() can be written here')


def _end_of_chain(bare: str, start: int) -> int:
    """Where the members that follow an optional one end: `.?a.b[0]`."""
    position = start
    while found := _MEMBER.match(bare, position):
        position = found.end()
        if found[0].endswith("["):
            position = _closing(bare, found.end() - 1) + 1
    return position


def _closing(bare: str, opening: int) -> int:
    """The bracket that belongs to this one, or the end of the text."""
    depth = 0
    for position in range(opening, len(bare)):
        if bare[position] in "([{":
            depth += 1
        elif bare[position] in ")]}":
            depth -= 1
            if depth == 0:
                return position
    return len(bare)
