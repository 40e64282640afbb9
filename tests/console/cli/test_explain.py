from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import main
from tests.console.cli.support import stored
from tests.console.support import CALLER, NIGHT, call_comes_in, rules_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_url: str) -> Path:
    monkeypatch.setenv("HOOKSWITCH_REDIS_URL", store_url)
    rules_of(tmp_path / "rules", night=NIGHT)
    stored(store_url, call_comes_in())
    return tmp_path / "rules"


def explained(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", "--rules", str(folder), *arguments])


def test_as_text(folder: Path) -> None:
    result = explained(folder, "evt_1")
    assert result.exit_code == 0, result.output
    assert "night ran: its conditions held" in result.stdout
    assert 'call.to == "+318•••••01"' in result.stdout
    assert CALLER not in result.stdout
    assert CALLER in explained(folder, "evt_1", "--numbers").stdout


def test_as_json(folder: Path) -> None:
    told = json.loads(explained(folder, "evt_1", "night", "--json").stdout)
    assert [(rule["rule"], rule["outcome"], rule["source"]) for rule in told["rules"]] == [
        ("night", "ran", "rehearsal")
    ]


def test_no_such_event_or_rule(folder: Path) -> None:
    assert "there is no event evt_2" in explained(folder, "evt_2").stderr
    wrong = explained(folder, "evt_1", "nigth")
    assert wrong.exit_code == 2
    assert 'did you mean "night"?' in wrong.stderr


def test_a_broken_rule_is_left_out_loudly(folder: Path) -> None:
    (folder / "broken.yaml").write_text("on: [")
    result = explained(folder, "evt_1")
    assert "broken.yaml" in result.stderr
    assert "night ran" in result.stdout
