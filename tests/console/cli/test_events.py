from __future__ import annotations

import json

import pytest

from store.client import Store
from store.event import Call, Event
from tests.console.conftest import Cli, on_terminal
from tests.console.recorded import CALLED, CALLER, answered, in_store
from tests.store.builders import accept, an_event


@pytest.fixture
def two(url: str) -> tuple[Event, Event]:
    """A tool call, then a status update of another call."""

    async def fill(store: Store) -> tuple[Event, Event]:
        other = an_event(connection="night", call=Call(id="c2", from_=CALLER, to=CALLED))
        first = await answered(store)
        await accept(store, other)
        return first, other

    return in_store(url, fill)


def ids(told: str) -> list[str]:
    return [event["id"] for event in json.loads(told)]


def test_the_newest_stands_first(cli: Cli, two: tuple[Event, Event]) -> None:
    heading, *rows = cli("events").stdout.splitlines()
    assert heading.split() == ["received", "event", "connection", "kind", "from", "to", "status"]
    assert [row.split()[2] for row in rows] == [two[1].id, two[0].id]
    assert "tool-calls look_up" in rows[1]


def test_numbers_are_masked_unless_asked_for(cli: Cli, two: tuple[Event, Event]) -> None:
    assert "+316•••••01" in cli("events").stdout
    assert CALLER not in cli("events").stdout + cli("events", "--json").stdout
    assert CALLER in cli("events", "--numbers").stdout
    assert CALLER in cli("events", "--numbers", "--json").stdout


@pytest.mark.parametrize(
    ("options", "which"),
    [
        (["tool-calls"], [0]),
        (["--connection", "night"], [1]),
        (["--call", "c2"], [1]),
        (["-n", "1"], [1]),
        (["tool-calls", "--connection", "night"], []),
    ],
)
def test_filters(options: list[str], which: list[int], cli: Cli, two: tuple[Event, Event]) -> None:
    assert ids(cli("events", "--json", *options).stdout) == [two[index].id for index in which]


def test_it_goes_on_where_a_look_ended(cli: Cli, two: tuple[Event, Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.cli.events.PAGE", 1)
    monkeypatch.setattr("store.look.STEP", 1)
    assert ids(cli("events", "--json").stdout) == [two[1].id, two[0].id]
    assert ids(cli("events", "--json", "tool-calls").stdout) == [two[0].id]


def test_nothing_is_said_on_stderr_alone(cli: Cli) -> None:
    done = cli("events")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no events yet" in done.stderr
    assert "no such event" in cli("events", "x").stderr
    assert cli("events", "--json").stdout.strip() == "[]"


@pytest.mark.parametrize(("width", "columns"), [(200, 7), (110, 6), (90, 5), (80, 4), (40, 4)])
def test_a_narrow_terminal_loses_columns_and_no_id(
    width: int, columns: int, cli: Cli, two: tuple[Event, Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_terminal("console.cli.events", width, monkeypatch)
    heading, *rows = cli("events").stdout.splitlines()
    assert len(heading.split()) == columns
    assert [two[1].id in rows[0], two[0].id in rows[1]] == [True, True]
    assert max(map(len, rows)) <= max(width, 80)


def test_a_store_that_is_not_there(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOKSWITCH_REDIS_URL")
    done = cli("events")
    assert done.exit_code == 2
    assert "start `hookswitch dev` there" in done.stderr
