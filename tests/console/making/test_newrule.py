from __future__ import annotations

from pathlib import Path

import pytest

from console.dev.setup import DEMO_CONNECTIONS
from console.making.newrule import TEMPLATES, can_be_told, rule_text, test_text
from console.reference.modelines import SCHEMAS
from console.rulebook import SampleRoom, words_for
from rules.engine.cases.testing import run_tests
from rules.engine.checks.check import check_folder
from store.connections import load_connections


@pytest.mark.parametrize("kind", TEMPLATES)
@pytest.mark.parametrize("name", ["send_invoice", "send-invoice"])
def test_a_template_passes_check_and_test(kind: str, name: str, tmp_path: Path) -> None:
    words = words_for(DEMO_CONNECTIONS)
    (tmp_path / f"{name}.yaml").write_text(rule_text(name, kind, tmp_path, can_be_told(words, kind)))
    (tmp_path / f"{name}.test.yaml").write_text(test_text(name, kind, tmp_path))
    assert [finding.text for finding in check_folder(tmp_path, words)] == []
    results = run_tests(tmp_path, words, SampleRoom(load_connections(DEMO_CONNECTIONS, {}, "neither")))
    assert [(case.problem, case.differences) for case in results.cases if not case.passed] == []
    assert len(results.cases) == 2


def test_it_names_the_schema_from_where_it_lies() -> None:
    first = rule_text("x", TEMPLATES[0], Path("rules/live")).splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schema/rule.schema.json"
    first = test_text("x", TEMPLATES[0], Path("rules/live")).splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schema/test.schema.json"
    assert (Path(__file__).parents[3] / SCHEMAS).is_dir()
    assert "mode: shadow\n" in rule_text("x", TEMPLATES[0], Path("rules/live"))


def test_an_answer_is_for_the_connections_that_can_be_told_it() -> None:
    listening = can_be_told(words_for(DEMO_CONNECTIONS), "assistant-request")
    assert listening == ["front_desk", "front_desk_g2"]
    text = rule_text("x", "assistant-request", Path("rules/live"), listening)
    assert "\non: assistant-request\nconnections: [front_desk, front_desk_g2]\nif:\n" in text
    assert "connections" not in rule_text("x", "assistant-request", Path("rules/live"))
