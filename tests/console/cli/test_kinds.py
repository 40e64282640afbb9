from __future__ import annotations

import json

from click.testing import CliRunner, Result

from console.cli import main
from store.event import KINDS


def schema(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["events", "--schema", *arguments])


def test_all_kinds() -> None:
    assert [line.split()[0] for line in schema().stdout.splitlines()] == list(KINDS)
    assert [record["name"] for record in json.loads(schema("--json").stdout)] == list(KINDS)


def test_one_kind() -> None:
    told = schema("tool-calls").stdout
    assert "an answer may have error, result, say" in told
    assert "`on: { tool-calls: VALUE }` compares tool.name" in told
    assert "tool.arguments     map        what the agent filled in" in told
    names = {name["name"]: name["type"] for name in json.loads(schema("tool-calls", "--json").stdout)["names"]}
    assert names["now"] == "timestamp"


def test_no_such_kind() -> None:
    result = schema("tool-call")
    assert result.exit_code == 2
    assert 'did you mean "tool-calls"?' in result.stderr
