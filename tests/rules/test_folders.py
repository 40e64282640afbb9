"""The rule folders we ship: no finding, every test passes, and every example has its test."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.dev.setup import DEMO_CONNECTIONS
from console.rulebook import SampleRoom, words_for
from rules.engine.check import check_folder
from rules.engine.testing import run_tests
from rules.engine.testreport import report_text
from store.connections import load_connections

FOLDERS = [Path("rules/live"), Path("rules/examples")]


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_nothing_to_find(folder: Path) -> None:
    assert [finding.text for finding in check_folder(folder, words_for(DEMO_CONNECTIONS))] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_every_test_passes(folder: Path) -> None:
    sampler = SampleRoom(load_connections(DEMO_CONNECTIONS, {}, "neither"))
    results = run_tests(folder, words_for(DEMO_CONNECTIONS), sampler)
    assert results.passed, report_text(results)
    assert len(results.cases) >= 10


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_every_rule_names_its_schema(folder: Path) -> None:
    rules = [path for path in folder.glob("*.yaml") if ".test" not in path.name and path.name != "vars.yaml"]
    assert rules
    modeline = "# yaml-language-server: $schema=../schema/rule.schema.json"
    assert [path.name for path in rules if not path.read_text().startswith(modeline)] == []
