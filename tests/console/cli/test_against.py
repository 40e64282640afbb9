from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import main
from console.cli.against import Chosen, moment_ms
from console.cli.errors import CannotRun
from tests.console.cli.support import stored
from tests.console.conftest import on_terminal
from tests.console.support import CALLER, NIGHT, call_comes_in, rules_of, tool_is_run

HOUR = 3_600_000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_url: str) -> Path:
    monkeypatch.setenv("HOOKSWITCH_REDIS_URL", store_url)
    rules_of(tmp_path / "rules", night=NIGHT)
    rules_of(tmp_path / "other", night=NIGHT.replace("night }", '"${{ call.from }}" }'))
    stored(store_url, *(call_comes_in(id=f"evt_{number}") for number in range(3)), tool_is_run("x", id="evt_9"))
    return tmp_path / "rules"


def compared(folder: Path, *arguments: str, against: str = "other") -> Result:
    chosen = ["replay", "--rules", str(folder), "--against", str(folder.parent / against), *arguments]
    return CliRunner().invoke(main, chosen)


def test_the_same_rules(folder: Path) -> None:
    result = compared(folder, against="rules")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "4 events, 0 of them" in result.stderr


def test_one_line_a_sort_of_change(folder: Path) -> None:
    result = compared(folder)
    assert result.exit_code == 1, result.output
    heading, line = result.stdout.splitlines()
    assert heading.split() == ["changes", "kind", "what", "now", "then", "such", "as"]
    assert line.startswith("3        assistant-request  answer")
    assert "4 events, 3 of them" in result.stderr
    assert "a second" in result.stderr
    assert "--all" in result.stderr
    assert CALLER not in result.output


@pytest.mark.parametrize(("width", "lines"), [(200, 2), (60, 4)])
def test_nothing_is_wider_than_the_terminal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, width: int, lines: int
) -> None:
    on_terminal("console.cli.against", width, monkeypatch)
    told = compared(folder).stdout.splitlines()
    assert len(told) == lines
    assert all(len(line.rstrip()) <= width for line in told)


def test_every_change(folder: Path) -> None:
    result = compared(folder, "--all", "--numbers")
    assert [line.split()[2] for line in result.stdout.splitlines()] == ["evt_0", "evt_1", "evt_2"]
    assert CALLER in result.stdout


def test_for_programs(folder: Path) -> None:
    told = json.loads(compared(folder, "--json").stdout)
    assert (told["events"], told["changed_events"], told["groups"][0]["count"]) == (4, 3, 3)
    assert told["groups"][0]["example"]["event"] == "evt_0"
    assert CALLER not in json.dumps(told)
    every = json.loads(compared(folder, "--json", "--all").stdout)
    assert [(change["event"], change["about"]) for change in every] == [
        (f"evt_{number}", "answer") for number in range(3)
    ]
    assert json.loads(compared(folder, "--json", "--all", against="rules").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "events"),
    [
        (["--kind", "tool-calls"], 1),
        (["--kind", "tool-calls", "--kind", "assistant-request"], 4),
        (["--connection", "desk"], 4),
        (["--connection", "elsewhere"], 0),
        (["--until", "1h"], 0),
        (["--since", "2020-01-01", "--until", "1h"], 0),
        (["--since", "99999999999w"], 4),
        (["--since", "1970-01-01T00:00+01:00"], 4),
    ],
)
def test_which_events(folder: Path, arguments: list[str], events: int) -> None:
    assert f"{events} events" in compared(folder, *arguments).stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--since", "yesterday"], "--since: 'yesterday' is not a duration such as 90m, 24h or 7d, nor a moment"),
        (["--since", ""], "--since: '' is not a duration"),
        (["--since", "-5h"], "is not a duration"),
        (["--until", "24"], "--until: '24' is not a duration"),
        (["--since", "1h", "--until", "2h"], "--since lies after --until"),
        (["--kind", "status-updates"], 'there is no kind "status-updates"; did you mean "status-update"'),
        (["--kind", "xyzzy"], "events --schema"),
    ],
)
def test_what_cannot_be(folder: Path, arguments: list[str], reason: str) -> None:
    result = compared(folder, *arguments)
    assert result.exit_code == 2, result.output
    assert reason in result.stderr


def test_moments() -> None:
    assert moment_ms("--since", "1h30m", 10 * HOUR) == 8.5 * HOUR
    assert moment_ms("--since", "20h", 10 * HOUR) == 0
    assert moment_ms("--since", "1970-01-01T02:00", 0) == 2 * HOUR
    assert moment_ms("--since", "1970-01-01T02:00+01:00", 0) == HOUR
    with pytest.raises(CannotRun):
        moment_ms("--since", "9" * 400 + "x", 0)
    assert moment_ms("--since", "9" * 400 + "h", HOUR) == 0


def test_a_day_back_unless_asked() -> None:
    assert (Chosen().span(48 * HOUR).from_ms, Chosen().span(48 * HOUR).to_ms) == (24 * HOUR, 48 * HOUR)
