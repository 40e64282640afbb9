from __future__ import annotations

import os
from pathlib import Path

from console.web.book import Book
from console.web.settings import ConsoleSettings

RULE = "description: x\non: assistant-request\nanswer: { assistant: night }\n"


def a_book(folder: Path) -> Book:
    (folder / "rules").mkdir()
    (folder / "c.yaml").write_text("connections: {desk: {provider: flireo}}\n")
    return Book(ConsoleSettings(rules_dir=folder / "rules", connections=folder / "c.yaml", data_dir=folder))


async def test_it_is_read_again_when_a_file_has_changed(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    first = await book.read()
    assert first.rules == ()
    assert await book.read() is first
    (tmp_path / "rules" / "a.yaml").write_text(RULE)
    assert [rule.name for rule in (await book.read()).rules] == ["a"]
    (tmp_path / "rules" / "a.yaml").write_text(RULE.replace("assistant: night", "assistent: night"))
    os.utime(tmp_path / "rules" / "a.yaml", ns=(1, 1))
    changed = await book.read()
    assert changed.rules == ()
    assert any(finding.severity == "error" for finding in changed.findings)


async def test_a_connections_file_with_a_mistake_harms_no_rule(tmp_path: Path) -> None:
    book = a_book(tmp_path)
    (tmp_path / "rules" / "a.yaml").write_text(RULE)
    (tmp_path / "c.yaml").write_text("connections: [")
    pages = await book.read()
    assert "not YAML" in pages.problem
    assert [rule.name for rule in pages.rules] == ["a"]
