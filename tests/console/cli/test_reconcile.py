from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from store import keys
from store.client import Store
from tests.console.conftest import Cli
from tests.console.recorded import in_store
from tests.console.test_missed import FOUND, MISSED, REFUSED
from tests.store.builders import claim_one


@contextmanager
def a_worker(url: str, act: Callable[[Store, str], Any]) -> Iterator[None]:
    """Gives signs of life, and does what the test says with the first comparison that is asked for."""

    async def work(store: Store) -> None:
        await store.redis.zadd(keys.WORKERS, {"w": time.time() * 1000 + 60_000})
        ready.set()
        async with asyncio.timeout(20):
            while not await store.queue.open_work():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        claim = await claim_one(store)
        await act(store, claim.job_id.removeprefix("reconcile:"))
        await store.queue.finish(claim, claim.job_id, {})

    ready = threading.Event()
    thread = threading.Thread(target=in_store, args=(url, work))
    thread.start()
    assert ready.wait(20)
    yield
    thread.join(20)


def tells(*connections: dict[str, Any]) -> Callable[[Store, str], Any]:
    async def tell(store: Store, comparison: str) -> None:
        await store.reconciles.tell(comparison, {"connections": list(connections)})

    return tell


def test_nobody_is_there_to_do_it(cli: Cli) -> None:
    result = cli("reconcile")
    assert result.exit_code == 2
    assert "hookswitch work" in result.stderr


def test_what_was_brought_back(cli: Cli, url: str) -> None:
    with a_worker(url, tells(FOUND)):
        result = cli("reconcile")
    assert result.exit_code == 0, result.output
    heading, row = result.stdout.splitlines()[:2]
    assert heading.split("  ")[0] == "connection"
    assert row.split() == ["desk", "5", "3", "2", "2", "0"]
    assert "status-update was not received of 2 call(s)" in result.stderr


def test_findings_for_programs(cli: Cli, url: str) -> None:
    with a_worker(url, tells(MISSED, REFUSED)):
        result = cli(
            "reconcile", "--json", "--since", "2h", "--grace", "0s", "--connection", "desk", "--connection", "other"
        )
    assert result.exit_code == 1
    assert [each["connection"] for each in json.loads(result.stdout)["connections"]] == ["desk", "other"]


def test_what_is_asked_for(cli: Cli, url: str) -> None:
    asked: list[Any] = []

    async def look(store: Store, comparison: str) -> None:
        found = await store.reconciles.get(comparison)
        assert found
        asked.append(found.request)
        await store.reconciles.tell(comparison, {"connections": [FOUND]})

    with a_worker(url, look):
        cli("reconcile", "--connection", "desk", "--since", "2026-03-02T09:00", "--grace", "1m", "--dry-run")
    assert asked == [
        {"by": "hand", "connections": ["desk"], "since": "2026-03-02T09:00:00+00:00", "grace": 60.0, "dry_run": True}
    ]


def test_a_connection_nobody_knows(cli: Cli, url: str) -> None:
    with a_worker(url, tells()):
        result = cli("reconcile", "--connection", "nobody")
    assert result.exit_code == 2
    assert "nobody" in result.stderr


def test_no_connection_at_all(cli: Cli, url: str) -> None:
    with a_worker(url, tells()):
        result = cli("reconcile")
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_worker_that_cannot_do_it(cli: Cli, url: str) -> None:
    async def nothing(*_: Any) -> None:
        return None

    with a_worker(url, nothing):
        result = cli("reconcile")
    assert result.exit_code == 2
    assert "dead list" in result.stderr


@pytest.mark.parametrize("arguments", [("--since", "yesterday"), ("--grace", "long")])
def test_what_cannot_be_read(cli: Cli, arguments: tuple[str, str]) -> None:
    result = cli("reconcile", *arguments)
    assert (result.exit_code, arguments[0] in result.stderr) == (2, True)
