from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import main
from store.client import open_store
from tests.console.cli.support import stored
from tests.console.support import CALLER, NIGHT, call_comes_in, rules_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_url: str) -> Path:
    monkeypatch.setenv("HOOKSWITCH_REDIS_URL", store_url)
    rules_of(tmp_path / "rules", night=NIGHT)
    stored(store_url, call_comes_in())
    return tmp_path / "rules"


def replayed(folder: Path, *arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, ["replay", "--rules", str(folder), *arguments], input=answer)


def count(store_url: str) -> int:
    async def ask() -> int:
        store = open_store(store_url)
        try:
            return await store.events.count()
        finally:
            await store.close()

    return asyncio.run(ask())


def test_dry_by_default(folder: Path, store_url: str) -> None:
    result = replayed(folder, "evt_1")
    assert result.exit_code == 0, result.output
    assert 'answer by rule night: {"assistant":"night"}' in result.stdout
    assert "nothing was done" in result.stderr
    assert count(store_url) == 1


def test_numbers_only_when_asked_for(folder: Path) -> None:
    assert CALLER not in replayed(folder, "evt_1", "--json").stdout
    full = json.loads(replayed(folder, "evt_1", "--json", "--numbers").stdout)
    assert full["rules"][0]["conditions"][1]["seen"] == {"call.from": CALLER}


def test_live_asks_first(folder: Path, store_url: str) -> None:
    refused = replayed(folder, "evt_1", "--live", answer="n\n")
    assert (refused.exit_code, count(store_url)) == (2, 1)
    done = replayed(folder, "evt_1", "--live", "--yes")
    assert (done.exit_code, count(store_url)) == (0, 2)
    assert done.stdout.startswith("evt_")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "name an event"),
        (["evt_1", "--against", "."], "name an event"),
        (["--against", ".", "--live"], "name an event"),
        (["evt_9"], "there is no event evt_9"),
        (["evt_9", "--live", "--yes"], "there is no event evt_9"),
        (["evt_1", "--since", "2h"], "go with --against"),
        (["evt_1", "--all"], "go with --against"),
    ],
)
def test_what_cannot_be(folder: Path, arguments: list[str], reason: str) -> None:
    result = replayed(folder, *(argument.format(folder=folder) for argument in arguments))
    assert result.exit_code == 2
    assert reason in result.stderr
