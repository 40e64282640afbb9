from __future__ import annotations

from pathlib import Path

import pytest

from console.reference.modelines import modeline, moved, schema_file


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("rules/live", "../schema/rule.schema.json"),
        ("rules", "schema/rule.schema.json"),
        (".", "rules/schema/rule.schema.json"),
        ("/elsewhere", f"..{Path.cwd()}/rules/schema/rule.schema.json"),
    ],
)
def test_it_leads_to_the_schema_from_where_the_file_lies(folder: str, path: str) -> None:
    assert modeline("rule", Path(folder)) == f"# yaml-language-server: $schema={path}\n"


def test_files() -> None:
    assert schema_file("vars") == "vars.schema.json"


def test_a_file_that_moves() -> None:
    text = "# yaml-language-server: $schema=../a.json\n# a comment\na: 1\n"
    expected = "# yaml-language-server: $schema=schema/vars.schema.json\n# a comment\na: 1\n"
    assert moved(text, "vars", Path("rules")) == expected
    assert moved("a: 1\n", "vars", Path("rules")) == "a: 1\n"
