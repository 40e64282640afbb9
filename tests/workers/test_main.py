from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from store.client import Store
from store.connections import ConnectionsError
from tests.store.builders import accept, an_event
from workers.main import FUNCTIONS, begin_when_possible, build_desk, build_worker, run_worker, work_until
from workers.observer import Observer
from workers.settings import WorkerSettings

CONNECTIONS = """
connections:
  desk: { provider: flireo, api: { base_url: "https://flireo.test", key: "${DESK_KEY}" } }
  silent: { provider: flireo, api: { base_url: "https://flireo.test", key: "${OTHER_KEY}" } }
"""
RULE = "description: One.\non: status-update\nsteps: [{ action: log, with: { message: '${{ vars.word }}' } }]\n"
ENVIRON = {"DESK_KEY": "k", "HOOKSWITCH_SECRET_CRM": "s", "HOOKSWITCH_VAR_WORD": "changed"}


@pytest.fixture
def settings(tmp_path: Path) -> WorkerSettings:
    live = tmp_path / "live"
    live.mkdir()
    (live / "rule.yaml").write_text(RULE)
    (live / "bad.yaml").write_text(RULE.replace("status-update", "status-updat"))
    (live / "vars.yaml").write_text("word: written\n")
    (tmp_path / "connections.yaml").write_text(CONNECTIONS)
    return WorkerSettings(connections=tmp_path / "connections.yaml", rules_dir=live, grace=0.5)


async def test_the_desk_holds_what_this_deployment_says(
    store: Store, settings: WorkerSettings, caplog: pytest.LogCaptureFixture
) -> None:
    desk, _ = build_desk(settings, store, ENVIRON)
    assert [rule.name for rule in desk.rules.rules] == ["rule"]
    assert desk.secrets == {"crm": "s"}
    assert desk.connections["desk"].on
    assert not desk.connections["silent"].on
    assert desk.rules.rules[0].variables["vars.word"] == "changed"
    assert "status-updat" in caplog.text
    assert "no API key" in caplog.text
    assert "'k'" not in repr(desk.connections)
    assert "HOOKSWITCH" not in repr(desk.secrets)
    await desk.clients.close()


def test_connections_that_cannot_be_used_stop_the_start(store: Store, settings: WorkerSettings) -> None:
    settings.connections.write_text("nothing")
    with pytest.raises(ConnectionsError):
        build_desk(settings, store, ENVIRON)


async def test_who_counts_hears_of_jobs_events_and_requests(store: Store, settings: WorkerSettings) -> None:
    observer = Observer()
    desk, _ = build_desk(settings, store, {}, observer)
    assert desk.observer is build_worker(desk, settings).observer is desk.clients.watch.observer is observer
    await desk.clients.close()


def test_there_is_a_function_for_every_job() -> None:
    names = {function.name for function in FUNCTIONS}
    assert names == {"event", "run", "late", "complete", "reconcile"}


async def test_two_workers_have_different_names(store: Store, settings: WorkerSettings) -> None:
    desk, _ = build_desk(settings, store, ENVIRON)
    assert build_worker(desk, settings).name != build_worker(desk, settings).name
    await desk.clients.close()


async def test_it_works_until_it_is_told_to_stop(store: Store, settings: WorkerSettings) -> None:
    desk, _ = build_desk(settings, store, ENVIRON)
    stop = asyncio.Event()
    event = an_event()
    await accept(store, event)
    working = asyncio.create_task(work_until(stop, build_worker(desk, settings), desk, settings))
    async with asyncio.timeout(30):
        while await store.events.statuses([event.id]) != ["done"]:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    stop.set()
    await working
    await desk.clients.close()


async def test_a_worker_that_ends_by_itself_says_why(
    store: Store, settings: WorkerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process must not end as if it had been told to."""
    desk, _ = build_desk(settings, store, ENVIRON)
    worker = build_worker(desk, settings)

    async def broken() -> Any:
        raise KeyError("a bug of ours")

    monkeypatch.setattr(worker, "_look", broken)
    with pytest.raises(KeyError):
        await work_until(asyncio.Event(), worker, desk, settings)
    await desk.clients.close()


async def test_a_process_stops_on_a_signal(
    store: Store, store_url: str, settings: WorkerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers: dict[int, Any] = {}
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "add_signal_handler", handlers.__setitem__)
    running = asyncio.create_task(run_worker(settings, store_url))
    async with asyncio.timeout(30):
        while not any(note.follows for note in (await store.roster.all()).values()):  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    (name,) = await store.queue.workers()
    told = await store.roster.all()
    assert told.keys() == {name}
    assert (sorted(told[name].rules), list(told[name].refused)) == (["rule"], ["bad"])
    for handler in handlers.values():
        handler()
    await asyncio.wait_for(running, 30)
    assert len(handlers) == 2
    assert await store.roster.all() == {}


async def test_it_follows_schedules(store: Store, settings: WorkerSettings) -> None:
    on = 'on: { schedule: { cron: "0 18 * * *", timezone: UTC } }'
    (settings.rules_dir / "night.yaml").write_text(RULE.replace("on: status-update", on))
    desk, _ = build_desk(settings, store, ENVIRON)
    stop = asyncio.Event()
    working = asyncio.create_task(work_until(stop, build_worker(desk, settings), desk, settings))
    async with asyncio.timeout(30):
        while not await store.schedules.all():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    stop.set()
    await working
    assert set(await store.schedules.all()) == {"night"}
    await desk.clients.close()


async def test_what_is_paused_is_known_before_the_first_job(store: Store, settings: WorkerSettings) -> None:
    await store.pauses.begin("all", "anna")
    desk, book = build_desk(settings, store, ENVIRON)
    await begin_when_possible(desk, book, asyncio.Event())
    assert desk.pauses.covers("any", "desk")
    await desk.clients.close()
