from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.checks.formats import FORMATS
from rules.engine.findings import Finding

FINDINGS = [
    Finding("rules/live/a.yaml", 9, 11, "a", 'unknown name "é"\n100%', "unknown-name"),
    Finding("rules/live/b,c.yaml", 1, 1, "b", "this rule has no test", "untested", "warning"),
]


def test_text() -> None:
    assert FORMATS["text"](FINDINGS[1:]) == "rules/live/b,c.yaml:1:1 b: this rule has no test\n"
    assert FORMATS["text"]([]) == ""


def test_json() -> None:
    assert json.loads(FORMATS["json"](FINDINGS))[0] == {
        "path": "rules/live/a.yaml",
        "line": 9,
        "column": 11,
        "rule": "a",
        "message": 'unknown name "é"\n100%',
        "code": "unknown-name",
        "severity": "error",
    }


def test_github() -> None:
    assert FORMATS["github"](FINDINGS).splitlines() == [
        '::error file=rules/live/a.yaml,line=9,col=11,title=unknown-name::a: unknown name "é"%0A100%25',
        "::warning file=rules/live/b%2Cc.yaml,line=1,col=1,title=untested::b: this rule has no test",
    ]


@pytest.mark.parametrize(
    ("path", "message", "line"),
    [
        ("a,b:c.yaml", "x", "::error file=a%2Cb%3Ac.yaml,line=2,col=3,title=yaml::a: x"),
        ("a.yaml", "one, two: three", "::error file=a.yaml,line=2,col=3,title=yaml::a: one, two: three"),
        ("a.yaml", "50%\r\nof ::error::", "::error file=a.yaml,line=2,col=3,title=yaml::a: 50%25%0D%0Aof ::error::"),
        ("100%.yaml", "x", "::error file=100%25.yaml,line=2,col=3,title=yaml::a: x"),
    ],
)
def test_github_escapes_what_would_end_a_command(path: str, message: str, line: str) -> None:
    assert FORMATS["github"]([Finding(path, 2, 3, "a", message, "yaml")]) == line + "\n"


@given(st.text(), st.text())
def test_a_finding_is_one_line_for_github_and_comes_back_whole(path: str, message: str) -> None:
    line = FORMATS["github"]([Finding(path, 1, 1, "a", message, "yaml")])
    assert line.endswith("\n")
    assert not {"\n", "\r"} & set(line[:-1])
    properties, _, data = line[:-1].removeprefix("::error ").partition("::")
    assert unquoted(data) == f"a: {message}"
    assert unquoted(properties.split(",")[0].removeprefix("file=")) == path


def unquoted(text: str) -> str:
    """As GitHub reads it."""
    for escaped, plain in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


def sarif_run(findings: list[Finding]) -> dict[str, Any]:
    document = json.loads(FORMATS["sarif"](findings))
    assert document["version"] == "2.1.0"
    run: dict[str, Any] = document["runs"][0]
    return run


def test_sarif() -> None:
    run = sarif_run(FINDINGS)
    first = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("unknown-name", "error")
    assert first["message"]["text"] == 'a: unknown name "é"\n100%'
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 9, "startColumn": 11}
    assert run["columnKind"] == "unicodeCodePoints"


def test_sarif_says_what_each_code_means() -> None:
    run = sarif_run(FINDINGS)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["unknown-name", "untested"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["unknown-name", "untested"]
    for rule in rules:
        assert rule["help"]["text"] == rule["shortDescription"]["text"] == rule["fullDescription"]["text"]
    assert rules[1]["help"]["text"] == "A rule has no test."
    assert "hookswitch check" in rules[1]["help"]["markdown"]


@pytest.mark.parametrize(
    ("path", "artifact"),
    [
        ("rules/live/b,c d.yaml", {"uri": "rules/live/b%2Cc%20d.yaml", "uriBaseId": "%SRCROOT%"}),
        ("../other/a.yaml", {"uri": "../other/a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("/etc/rules/a b.yaml", {"uri": "file:///etc/rules/a%20b.yaml"}),
    ],
)
def test_sarif_names_files_by_their_address(path: str, artifact: dict[str, str]) -> None:
    run = sarif_run([Finding(path, 1, 1, "a", "x", "yaml")])
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == artifact
    assert "%SRCROOT%" in run["originalUriBaseIds"]


def test_sarif_of_nothing() -> None:
    run = sarif_run([])
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
