from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tools.site.nav import SECTIONS, nav
from tools.site.stage import pages, stage


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stage(tmp_path_factory.mktemp("site") / "src")


def listed(staged: Path) -> list[str]:
    entries = [entry for section in nav(staged) for found in section.values() for entry in found]
    return [next(iter(entry.values())) if isinstance(entry, dict) else entry for entry in entries]


def test_every_page_of_the_manual_is_there_and_in_the_nav_once(staged: Path) -> None:
    manual = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert manual <= set(pages())
    wanted = ({name for name in pages() if name.endswith(".md")} - {"docs/index.md"}) | {"index.md"}
    assert sorted(listed(staged)) == sorted(wanted)


def test_no_section_is_empty(staged: Path) -> None:
    for patterns in SECTIONS.values():
        assert [pattern for pattern in patterns if not list(staged.glob(pattern))] == []


def test_the_first_page_leads_to_where_pages_lie(staged: Path) -> None:
    text = (staged / "index.md").read_text()
    assert "](docs/first-rule.md)" in text
    assert "](docs/path.svg)" in text
    assert "](rules/README.md#rules-to-copy)" in text


def test_files_come_along_and_folders_become_words(staged: Path) -> None:
    assert (staged / "docs" / "path.svg").is_file()
    assert (staged / "Procfile").is_file()
    assert (staged / "rules" / "examples" / "third_call.yaml").is_file()
    assert "](../rules/schema)" not in (staged / "docs" / "editors.md").read_text()


def test_nothing_is_left_of_an_earlier_stage(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "old.md").write_text("old")
    assert not (stage(tmp_path / "src") / "old.md").exists()
