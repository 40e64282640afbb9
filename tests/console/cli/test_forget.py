from __future__ import annotations

import json

import pytest

from store.client import Store
from store.event import Event
from tests.console.conftest import Cli
from tests.console.recorded import CALLER, answered, given_up, in_store
from tests.store.builders import accept, an_event


@pytest.fixture
def two(url: str) -> Event:
    async def fill(store: Store) -> Event:
        await given_up(store)
        return await answered(store)

    return in_store(url, fill)


async def count(store: Store) -> int:
    return await store.events.count()


@pytest.mark.parametrize("written", [[CALLER], ["0612340001", "--region", "NL"], ["0031 6 1234 0001"]])
def test_any_notation_is_forgotten_and_receipted(cli: Cli, url: str, two: Event, written: list[str]) -> None:
    done = cli("forget", *written, "--yes")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["removed"]["events"], told["removed"]["dead_letters"]) == (2, 1)
    assert CALLER not in done.output
    assert in_store(url, count) == 0
    again = cli("forget", *written, "--yes")
    assert json.loads(again.stdout)["removed"] == {}
    assert "nothing was kept about this number" in again.stderr


def test_nothing_goes_without_a_yes(cli: Cli, url: str, two: Event) -> None:
    refused = cli("forget", CALLER)
    assert (refused.exit_code, in_store(url, count)) == (1, 2)
    assert "remove 2 events" in refused.stderr


def test_a_dry_run_only_tells(cli: Cli, url: str, two: Event) -> None:
    told = json.loads(cli("forget", CALLER, "--dry-run").stdout)
    assert (told["dry_run"], told["would_remove"]["events"]) == (True, 2)
    assert in_store(url, count) == 2


def test_an_open_call_is_refused_with_what_to_do(cli: Cli, url: str, two: Event) -> None:
    in_store(url, lambda store: accept(store, an_event("tool-calls")))
    refused = cli("forget", CALLER, "--yes", "--wait", "0")
    assert refused.exit_code == 2
    assert "--even-unfinished" in refused.stderr
    assert in_store(url, count) == 3
    ended = cli("forget", CALLER, "--yes", "--even-unfinished")
    assert json.loads(ended.stdout)["of_the_events"]["unfinished"] == 1


def test_what_is_no_number_says_how_to_write_one(cli: Cli) -> None:
    refused = cli("forget", "0612340001")
    assert refused.exit_code == 2
    assert "--region NL" in refused.stderr
