from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import main

FILE = """\
connections:
  bot:
    provider: generic
    auth: [{ scheme: header, header: X-Key, secret: "${BOT_KEY}" }]
    mapping:
      native: 'headers["x-kind"]'
      kind: { end: call-ended }
      call: { from: raw.caller, metadata: raw.tags.x }
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOT_KEY", "k")
    (tmp_path / "connections.yaml").write_text(FILE)
    (tmp_path / "body.json").write_text('{"caller": "+31612340001"}')
    return tmp_path


def attempt(desk: Path, *arguments: str, name: str = "bot") -> Result:
    given = ["--connections", str(desk / "connections.yaml"), "--data-dir", str(desk), *arguments]
    return CliRunner().invoke(main, ["connections", "try", name, *given])


def test_what_a_payload_becomes(desk: Path) -> None:
    result = attempt(desk, "--body", str(desk / "body.json"), "--header", "X-Kind: end", "--header", "X-Key: k")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[:2] == ["✓ auth 1 header", "call-ended (end)"]
    assert lines[2].startswith("  call.from = +316")
    assert "+31612340001" not in result.output
    assert "simulate event FILE --connection bot" in result.stderr


def test_as_json_and_with_numbers(desk: Path) -> None:
    result = attempt(desk, "--body", str(desk / "body.json"), "--json", "--numbers")
    record = json.loads(result.stdout)
    assert record["events"][0]["fields"]["call.from"] == "+31612340001"
    assert record["auth"][0]["reason"] == "no token"


def test_the_url_of_a_tool_without_a_body(desk: Path) -> None:
    result = attempt(desk, "--method", "get", "--tool", "find", "--query", "n=1", "--json")
    (event,) = json.loads(result.stdout)["events"]
    assert (event["kind"], event["tools"][0]["name"], event["tools"][0]["arguments"]) == (
        "tool-calls",
        "find",
        {"n": "1"},
    )


def test_what_fails_is_exit_one(desk: Path) -> None:
    (desk / "body.json").write_text('{"tags": "x"}')
    result = attempt(desk, "--body", str(desk / "body.json"), "--header", "x-kind: end")
    assert result.exit_code == 1
    assert "call.metadata: a field was asked of something that is no map" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "name", "sentence"),
    [
        ([], "bott", 'has no connection "bott"; did you mean "bot"?'),
        (["--header", "x"], "bot", 'write NAME:VALUE instead of "x"'),
        (["--query", "x"], "bot", "write NAME=VALUE"),
        (["--door", "tools"], "bot", "name the tool with --tool"),
        (["--door", "data", "--tool", "x"], "bot", "name the tool with --tool"),
    ],
)
def test_what_cannot_be_tried(desk: Path, arguments: list[str], name: str, sentence: str) -> None:
    result = attempt(desk, *arguments, name=name)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_mapping_that_cannot_be_used(desk: Path) -> None:
    (desk / "connections.yaml").write_text(FILE.replace("raw.caller", "rw.caller"))
    result = attempt(desk)
    assert result.exit_code == 2
    assert 'call.from: unknown name "rw.caller"' in result.stderr
    assert "hookswitch check" in result.stderr
    (desk / "rules").mkdir()
    checked = CliRunner().invoke(main, ["check", str(desk / "rules"), "--connections", str(desk / "connections.yaml")])
    assert checked.exit_code == 1
    assert f'{desk / "connections.yaml"}:8:21 bot: mapping.call.from: unknown name "rw.caller"' in checked.stdout
