from __future__ import annotations

import getpass
import json

import pytest

from store.client import Store
from store.event import Event
from tests.console.conftest import Cli
from tests.console.recorded import in_store
from tests.store.test_pauses import stopped


@pytest.fixture
def event(url: str) -> Event:
    """Its run waits for the end of a pause of its rule; another rule is paused too."""

    async def fill(store: Store) -> Event:
        await store.pauses.begin("rule:tell", "anna", "a bad night")
        await store.pauses.begin("rule:other", "anna")
        return await stopped(store)

    return in_store(url, fill)


@pytest.mark.parametrize("name", ["tell", "rule:tell"])
def test_the_runs_go_on(cli: Cli, url: str, event: Event, name: str) -> None:
    done = cli("resume", name)
    assert (done.exit_code, done.stderr) == (0, "resumed: rule:tell; runs that go on: 1\nstill paused: rule:other\n")
    assert in_store(url, lambda store: store.pauses.count()) == 0
    assert in_store(url, lambda store: store.events.statuses([event.id])) == ["waiting"]


def test_dropped_runs_end(cli: Cli, url: str, event: Event) -> None:
    assert "runs that ended: 1" in cli("resume", "tell", "--drop").stderr
    assert in_store(url, lambda store: store.events.statuses([event.id])) == ["done"]
    told = json.loads(cli("trace", event.id, "--json").stdout)
    assert told["rules"] == [{"outcome": "paused", "dropped": {"by": getpass.getuser()}}]


def test_what_is_not_paused_cannot_be_resumed(cli: Cli, event: Event) -> None:
    done = cli("resume", "all")
    assert done.exit_code == 2
    assert "all is not paused; what is: rule:other, rule:tell" in done.stderr
