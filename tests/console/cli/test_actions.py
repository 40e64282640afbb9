from __future__ import annotations

import json

from click.testing import CliRunner, Result

from console.cli import main
from workers.actions import ACTIONS


def actions(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["actions", *arguments])


def test_the_list_has_a_line_for_each() -> None:
    lines = actions().stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(ACTIONS)
    assert all(len(line.split()) > 2 for line in lines)


def test_one_action_in_full() -> None:
    told = actions("call.say").stdout
    for part in (
        "content    string, required",
        "in doubt   skip:",
        "a live call",
        "flireo (g2, g3)",
        "action: call.say",
    ):
        assert part in told
    assert "default false" in told


def test_as_json() -> None:
    assert {record["name"] for record in json.loads(actions("--json").stdout)} == set(ACTIONS)
    assert json.loads(actions("log", "--json").stdout)["parameters"][1]["default"] == "info"


def test_a_mistyped_name() -> None:
    result = actions("number.lnk")
    assert result.exit_code == 2
    assert 'did you mean "number.link"?' in result.stderr
    assert "`hookswitch actions` lists them" in actions("zzz").stderr
