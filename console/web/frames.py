"""Lines of a rule file as pages show them: with numbers, and with carets where something is to be said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from console.frame import framed
from rules.engine.loading.load import Loaded
from rules.engine.rule import Source
from store.client import Store

WIDEST = 10_000
_AROUND = 1


@dataclass(frozen=True)
class Line:
    """One line of a file."""

    number: int
    text: str
    caret: str = ""
    """Spaces up to the caret below it, and the caret; empty where there is none."""


async def texts_of(store: Store, records: Iterable[Mapping[str, Any]], loaded: Loaded) -> dict[str, str]:
    """Version → the text of the rule file that decided, of those that are still known."""
    known = {rule.version: rule.source.text for rule in loaded.rules}
    texts: dict[str, str] = {}
    for version in dict.fromkeys(str(record["version"]) for record in records):
        if version in known:
            texts[version] = known[version]
        elif document := await store.runs.version(version):
            texts[version] = Source.from_json(document).text
    return texts


def frame(text: str, line: int, column: int) -> list[Line]:
    """A line with a caret, and its neighbours; nothing where there is no such line."""
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return []
    first, last = max(1, line - _AROUND), min(len(lines), line + _AROUND)
    return [
        Line(number, *_shown(lines[number - 1], column if number == line else 0)) for number in range(first, last + 1)
    ]


def _shown(text: str, column: int) -> tuple[str, str]:
    plain, before = framed(text, max(1, column), WIDEST)
    return plain, " " * before + "^" if column else ""


def whole(text: str) -> list[Line]:
    """Every line of a file."""
    return [Line(number, _shown(line, 0)[0]) for number, line in enumerate(text.splitlines(), 1)]
