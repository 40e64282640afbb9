from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from store.client import Store, open_store
from store.gauges import StoreGauges
from store.tasks import end
from tests.ports import free_port
from tests.workers.loop import Jobs, worker_on
from workers.health import Health, show
from workers.metrics import WorkerMetrics
from workers.rulebook import RuleBook, open_rulebook
from workers.settings import WorkerSettings
from workers.vocabulary import vocabulary


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    (tmp_path / "bad.yaml").write_text("on: [")
    return open_rulebook(tmp_path, vocabulary({}, {}), {})


def health_of(store: Store, jobs: Jobs, book: RuleBook, token: str = "") -> Health:
    return Health(worker_on(store, jobs.handle), book, WorkerMetrics(StoreGauges(store)), token)


async def ask(health: Health, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=health.app), base_url="http://worker") as client:
        return await client.get(path, headers=headers)


async def test_it_says_whether_it_could_work(store: Store, jobs: Jobs, book: RuleBook) -> None:
    health = health_of(store, jobs, book)
    assert (await ask(health, "/livez")).json() == {"live": True}
    ready = await ask(health, "/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"store": "ok", "rules": {"in_force": 0, "held_out": ["bad"], "followed": False}}


async def test_without_the_store_it_lives_and_is_not_ready(jobs: Jobs, book: RuleBook) -> None:
    away = open_store("redis://127.0.0.1:1")
    health = health_of(away, jobs, book)
    assert (await ask(health, "/livez")).status_code == 200
    ready = await ask(health, "/readyz")
    assert (ready.status_code, ready.json()["store"]) == (503, "unreachable: ConnectionError")
    assert "hookswitch_store_up 0.0" in (await ask(health, "/metrics")).text
    await away.close()


async def test_metrics_are_for_who_reaches_the_port_or_shows_the_token(
    store: Store, jobs: Jobs, book: RuleBook
) -> None:
    open_to_all = await ask(health_of(store, jobs, book), "/metrics")
    assert "hookswitch_rules_held_out 1.0" in open_to_all.text
    guarded = health_of(store, jobs, book, "a-token")
    assert (await ask(guarded, "/metrics")).status_code == 401
    assert (await ask(guarded, "/metrics", {"authorization": "Bearer a-token"})).status_code == 200
    assert (await ask(guarded, "/livez")).status_code == 200


@pytest.mark.parametrize(("host", "token", "status"), [("0.0.0.0", "", 404), ("0.0.0.0", "t", 401), ("::1", "", 200)])
async def test_beyond_this_machine_there_are_no_metrics_without_a_token(
    host: str, token: str, status: int, store: Store, jobs: Jobs, book: RuleBook
) -> None:
    shown = WorkerSettings(worker_metrics_host=host, metrics_token=token).shows_metrics
    health = replace(health_of(store, jobs, book, token), shows_metrics=shown)
    assert (await ask(health, "/metrics")).status_code == status
    assert (await ask(health, "/livez")).status_code == 200


async def test_it_listens_until_it_is_ended(store: Store, jobs: Jobs, book: RuleBook) -> None:
    port = free_port(0)
    showing = asyncio.create_task(show(health_of(store, jobs, book), "127.0.0.1", port))
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                assert (await client.get(f"http://127.0.0.1:{port}/livez")).status_code == 200
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.01)
    await end(showing)
    with closing(socket.create_server(("127.0.0.1", port))):
        pass


async def test_without_a_port_nobody_listens(store: Store, jobs: Jobs, book: RuleBook) -> None:
    await show(health_of(store, jobs, book), "127.0.0.1", 0)


async def test_a_port_that_is_taken_keeps_nobody_from_working(
    store: Store, jobs: Jobs, book: RuleBook, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken, caplog.at_level(logging.ERROR):
        await show(health_of(store, jobs, book), "127.0.0.1", taken.getsockname()[1])
    assert caplog.messages == ["nobody can ask how this worker is"]
