from __future__ import annotations

import json

from rules.engine.findings import Finding
from rules.engine.formats import FORMATS

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


def test_sarif() -> None:
    sarif = json.loads(FORMATS["sarif"](FINDINGS))
    assert sarif["version"] == "2.1.0"
    run = sarif["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["unknown-name", "untested"]
    first = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("unknown-name", "error")
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 9, "startColumn": 11}
