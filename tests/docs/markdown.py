"""The documentation as data: its pages, code blocks, links and commands."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SKIPPED = frozenset({"node_modules", "build"})
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_NAMED = re.compile(r"# (\S+\.yaml)\n")


@dataclass(frozen=True)
class Block:
    """A fenced block of code."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def file(self) -> str:
        """The file that its first line names, or an empty text."""
        named = _NAMED.match(self.text)
        return named[1] if named else ""

    @property
    def where(self) -> str:
        """For messages and test names."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@cache
def pages() -> tuple[Path, ...]:
    """Every markdown file of the project."""
    found = []
    for folder, inner, files in os.walk(ROOT):
        inner[:] = [name for name in inner if _is_ours(name)]
        found += [Path(folder, name) for name in files if name.endswith(".md") and _is_ours(name)]
    return tuple(sorted(found))


def _is_ours(name: str) -> bool:
    return not name.startswith(".") and name not in _SKIPPED


def manual() -> list[Path]:
    """The pages whose examples are tried out."""
    return [ROOT / "README.md", ROOT / "rules" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path, language: str = "") -> list[Block]:
    """The fenced blocks of a page, of one language or of all, without the indentation of a list around them."""
    text = page.read_text(encoding="utf-8")
    found = [_block(page, text, match) for match in _FENCE.finditer(text)]
    return [block for block in found if language in ("", block.language)]


def _block(page: Path, text: str, match: re.Match[str]) -> Block:
    line = text.count("\n", 0, match.start()) + 1
    return Block(page, line, match["language"], _dedented(match["text"], match["indent"]))


def _dedented(text: str, indent: str) -> str:
    return "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))


def code(page: Path) -> Iterator[str]:
    """Every line of code: those of fenced blocks, and what stands between backticks."""
    for block in blocks(page):
        yield from block.text.splitlines()
    yield from _SPAN.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def links(page: Path) -> list[str]:
    """Where the page's links lead, code left out."""
    return _LINK.findall(_SPAN.sub("", _FENCE.sub("", page.read_text(encoding="utf-8"))))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {_slug(heading) for heading in _HEADING.findall(text)}


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
