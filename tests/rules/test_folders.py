"""The rule folders we ship: no finding, every test passes, and every example has its test."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from console.dev.setup import DEMO_CONNECTIONS
from console.rulebook import SampleRoom, words_for
from rules.engine.cases.testing import run_tests
from rules.engine.cases.testreport import report_text
from rules.engine.checks.check import check_folder
from rules.engine.loading.load import load_folder
from store.connections import load_connections

EXAMPLES = Path("rules/examples")
FOLDERS = [Path("rules/live"), EXAMPLES]
_ROW = re.compile(r"examples/(\w+)\.yaml\)")


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_nothing_to_find(folder: Path) -> None:
    assert [finding.text for finding in check_folder(folder, words_for(DEMO_CONNECTIONS))] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_every_test_passes(folder: Path) -> None:
    sampler = SampleRoom(load_connections(DEMO_CONNECTIONS, {}, "neither"))
    results = run_tests(folder, words_for(DEMO_CONNECTIONS), sampler)
    assert results.passed, report_text(results)
    assert len(results.cases) >= 10


def test_the_tests_of_the_examples_reach_everything() -> None:
    sampler = SampleRoom(load_connections(DEMO_CONNECTIONS, {}, "neither"))
    results = run_tests(EXAMPLES, words_for(DEMO_CONNECTIONS), sampler)
    assert [each.text for each in results.coverage.unreached] == []
    assert results.coverage.share == 1.0


def test_an_example_can_be_copied_as_it_is() -> None:
    """It says what it is for, whose it is, and why it is written as it is."""
    rules = load_folder(EXAMPLES, words_for(DEMO_CONNECTIONS)).rules
    assert len(rules) >= 20
    for rule in rules:
        first, second = Path(rule.path).read_text(encoding="utf-8").splitlines()[:2]
        assert first == "# yaml-language-server: $schema=../schema/rule.schema.json"
        assert second.startswith("# "), rule.path
        assert rule.description.endswith("."), rule.path
        assert rule.owner, rule.path


def test_the_table_leads_to_each_example_once() -> None:
    listed = Counter(_ROW.findall(Path("rules/README.md").read_text(encoding="utf-8")))
    for name in ("vars", "numbers"):
        listed.pop(name)
    names = {rule.name for rule in load_folder(EXAMPLES, words_for(DEMO_CONNECTIONS)).rules}
    assert set(listed) == names
    assert set(listed.values()) == {1}
