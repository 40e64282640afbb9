"""What the documentation shows works: rules load, their tests pass, connections can be read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.rulebook import SampleRoom
from rules.engine.cases.testing import run_tests
from rules.engine.findings import Finding
from rules.engine.loading.load import load_folder
from rules.engine.vocabulary import Vocabulary
from store.connections import Connection, load_connections, parse_connections
from tests.docs.markdown import ROOT, Block, blocks, manual
from tests.tables import case, over
from workers.actions import ACTIONS, output_words
from workers.actions.platforms import PLATFORM_ACTIONS
from workers.vocabulary import vocabulary

DEMO = ROOT / "console" / "dev" / "demo_connections.yaml"
REFERENCE = ROOT / "docs" / "rules.md"
CALLING_BACK = ROOT / "docs" / "calling-back.md"
VARS = "vars.yaml"


@cache
def is_rule(block: Block) -> bool:
    """Blocks of YAML 1.2, where `on` is a word; a 1.1 reader makes true of it."""
    document = yaml.load(block.text, Loader=yaml.CBaseLoader)
    return isinstance(document, dict) and "on" in document


@cache
def plain(block: Block) -> Any:
    return yaml.load(block.text, Loader=yaml.CSafeLoader)


def yaml_blocks() -> list[Block]:
    return [block for page in manual() for block in blocks(page, "yaml")]


def rule_blocks(page: Path) -> list[Block]:
    return [block for block in blocks(page, "yaml") if is_rule(block)]


def pages_with_rules() -> list[Path]:
    return [page for page in manual() if rule_blocks(page)]


def write_folder(folder: Path, page: Path) -> Path:
    """The page's rules, tests and constants as files; constants come from the reference where a page has none."""
    (folder / "assistants").mkdir()
    (folder / "assistants" / "night.json").write_text(json.dumps({"firstMessage": "Good evening."}))
    for source in (REFERENCE, page):
        for block in blocks(source, "yaml"):
            if Path(block.file).name == VARS or (source == page and (is_rule(block) or "cases:" in block.text)):
                (folder / file_name(block)).write_text(block.text, encoding="utf-8")
    return folder


def file_name(block: Block) -> str:
    return Path(block.file).name if block.file else f"line_{block.line}.yaml"


@pytest.fixture
def connections(page: Path) -> dict[str, Connection]:
    """The demo's, and those that the page shows itself."""
    found = load_connections(DEMO, {}, "neither")
    for block in blocks(page, "yaml"):
        document = plain(block)
        if isinstance(document.get("connections"), dict):
            found |= parse_connections(page, document, {}, "neither")
    return found


@pytest.fixture
def words(connections: dict[str, Connection]) -> Vocabulary:
    return vocabulary(connections)


def errors(findings: tuple[Finding, ...] | list[Finding]) -> list[str]:
    return [finding.text for finding in findings if finding.severity == "error"]


@pytest.mark.parametrize("page", pages_with_rules(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_rules_on_a_page_load(page: Path, tmp_path: Path, words: Vocabulary) -> None:
    loaded = load_folder(write_folder(tmp_path, page), words)
    assert errors(loaded.findings) == []
    assert len(loaded.rules) == len(rule_blocks(page))


@pytest.mark.parametrize("page", pages_with_rules(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_tests_on_a_page_pass(
    page: Path, tmp_path: Path, words: Vocabulary, connections: dict[str, Connection]
) -> None:
    results = run_tests(write_folder(tmp_path, page), words, SampleRoom(connections))
    failed = {
        case.name: [*(d.text for d in case.differences), case.problem] for case in results.cases if not case.passed
    }
    assert failed == {}
    assert [finding.text for finding in results.findings] == []


def test_the_language_is_shown_by_rules_and_tests() -> None:
    """Guards the two tests above against finding nothing."""
    assert len(rule_blocks(REFERENCE)) >= 5
    assert any("cases:" in block.text for block in blocks(REFERENCE, "yaml"))
    assert {ROOT / "README.md", ROOT / "rules" / "README.md", REFERENCE} <= set(pages_with_rules())


def test_a_connections_file_can_be_read(tmp_path: Path) -> None:
    for block in yaml_blocks():
        document = plain(block)
        if isinstance(document.get("connections"), dict):
            with case(block.where):
                assert parse_connections(tmp_path / "connections.yaml", document, {}, "neither")


@over(sorted(each.name for each in PLATFORM_ACTIONS))
def test_every_action_of_one_platform_is_named_in_its_section(name: str) -> None:
    heading = {"flireo": "Flireo", "fluents": "Fluents", "opencx": "OpenCX", "vapi": "Vapi"}[name.partition(".")[0]]
    section = CALLING_BACK.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert f"`{name}`" in section


@over(sorted(set(ACTIONS) - {each.name for each in PLATFORM_ACTIONS}))
def test_every_action_is_in_the_reference(name: str) -> None:
    section = REFERENCE.read_text(encoding="utf-8").partition("\n## Actions\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) == 1
    action = ACTIONS[name]
    parameters = {info.alias or field for field, info in action.params.model_fields.items()}
    named = parameters | (set() if "as `number.get`" in rows[0] else set(output_words(action.output)))
    assert {word for word in named if f"`{word}`" not in rows[0]} == set()
