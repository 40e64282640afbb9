"""The store takes nothing, in every way there is; what is acknowledged arrives once, and callers are answered."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from receiver.settings import ReceiverSettings
from store.client import Store, open_store
from store.embedded import die_with_parent
from tests.journeys.receiver_process import ReceiverProcess, receiver_process
from tests.journeys.stage import FAST_ENOUGH
from tests.journeys.test_receiver_processes import request_bytes
from tests.ports import free_port
from tests.receiver.support import (
    FALLBACK,
    SECRET,
    assistant_request,
    post,
    running,
    settings_in,
    status_update,
    tool_calls,
)
from tests.store.servers import Server, replicated, wait_until, watched

pytestmark = pytest.mark.journey

HEARD_WITHIN = 4.0
"""Seconds: far above the deadline of 0.15 s for a busy machine, and below everything that could hold a caller up."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReceiverSettings:
    monkeypatch.setenv("DESK_SECRET", SECRET)
    return settings_in(tmp_path, memory_share=0)


async def deliver(client: httpx.AsyncClient, count: int, name: str = "call") -> list[str]:
    """Events that nobody waits for, one after the other; each is acknowledged, and its id given."""
    ids = []
    for number in range(count):
        response = await post(client, status_update(f"{name}-{number}"))
        assert response.status_code == 200
        ids.append(response.json()["event_id"])
    return ids


async def call(client: httpx.AsyncClient) -> str:
    """A caller hears the fallback in time, and it is kept; gives the event's id.

    A disk that others keep busy may take longer than the caller waits. That caller was promised nothing, though what
    they said may still be kept, and there is another one.
    """
    async with asyncio.timeout(FAST_ENOUGH):
        while True:
            began = time.monotonic()
            response = await post(client, tool_calls(call_id=f"caller-{began}"), "quick")
            assert response.json()["results"][0]["result"] == FALLBACK
            if time.monotonic() - began < HEARD_WITHIN and "x-hookswitch-stored" not in response.headers:
                return response.headers["x-hookswitch-event"]


async def arrived(store: Store) -> list[str]:
    """Event ids in the order in which the store got them."""
    ids = [name.decode() for name in await store.redis.zrange("hs:events", 0, -1)]
    stages = {event_id: await store.events.get(event_id) for event_id in ids}
    return sorted(ids, key=lambda event_id: (stages[event_id].received_ms, event_id))  # type: ignore[union-attr]


def promised(found: list[str], *ids: list[str]) -> list[str]:
    """Those of the events that were found which had been acknowledged; each is there once at the most."""
    assert len(found) == len(set(found))
    known = {each for some in ids for each in some}
    return [each for each in found if each in known]


async def until_drained(spool: Any, within: float = FAST_ENOUGH) -> None:
    async with asyncio.timeout(within):
        while spool.count():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


# --- a server that answers and takes nothing --------------------------------------------------------------------------


def ignoring_the_limit_signal() -> None:
    die_with_parent()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


@asynccontextmanager
async def read_only(folder: Path) -> AsyncIterator[tuple[Server, Any]]:
    server = Server(folder / "server", {"replicaof": f"127.0.0.1 {free_port()}"}).start()
    with server.client() as client:
        yield server, lambda: client.replicaof("NO", "ONE")


@asynccontextmanager
async def without_memory(folder: Path) -> AsyncIterator[tuple[Server, Any]]:
    server = Server(folder / "server").start()
    with server.client() as client:
        client.config_set("maxmemory", 1)
        yield server, lambda: client.config_set("maxmemory", 0)


@asynccontextmanager
async def without_disk(folder: Path) -> AsyncIterator[tuple[Server, Any]]:
    """Its append-only file may not grow: the kernel refuses, and the server says MISCONF until it can write again."""
    server = Server(folder / "server", {"appendfsync": "everysec"}, prepare=ignoring_the_limit_signal).start()
    assert server.process
    pid = server.process.pid
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    with server.client() as client:
        client.set("some", "x" * 1000)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (500, hard))
        client.set("more", "y" * 5000)
        wait_until(lambda: client.info("persistence")["aof_last_write_status"] == "err", "the disk to be full")
        yield server, lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


@asynccontextmanager
async def without_replicas(folder: Path) -> AsyncIterator[tuple[Server, Any]]:
    server = Server(folder / "server", {"min-replicas-to-write": "1"}).start()
    with server.client() as client:
        yield server, lambda: client.config_set("min-replicas-to-write", 0)


@pytest.mark.parametrize("trouble", [read_only, without_memory, without_disk, without_replicas])
async def test_a_server_that_takes_nothing(settings: ReceiverSettings, tmp_path: Path, trouble: Any) -> None:
    async with trouble(tmp_path) as (server, mend), running(settings, server.url) as (app, client):
        spool = app.state.receiver.spool
        ids = [*await deliver(client, 10, "before"), await call(client), *await deliver(client, 3, "after")]
        assert spool.count() >= 14
        mend()
        await until_drained(spool)
        fresh = await deliver(client, 1, "fresh")
        store = open_store(server.url)
        found = await arrived(store)
        await store.close()
        server.kill()
    assert promised(found, ids, fresh) == [*ids, *fresh]


async def test_a_failover_loses_no_acknowledged_event(settings: ReceiverSettings, tmp_path: Path) -> None:
    primary, replica = replicated(tmp_path, **{"repl-diskless-sync-delay": "0"})
    sentinel = watched(tmp_path, primary)
    wait_until(lambda: _knows_replica(sentinel), "the sentinel to know the replica")
    copied = settings.model_copy(update={"durability": "replica"})
    url = f"redis+sentinel://{sentinel.address}/front"
    async with running(copied, url) as (app, client):
        ids = await deliver(client, 20, "before")
        primary.kill()
        ids += [*await deliver(client, 20, "meanwhile"), await call(client)]
        assert app.state.receiver.spool.count()
        wait_until(lambda: _role(replica) == "master", "the failover", FAST_ENOUGH)
        again = Server(primary.folder, {"replicaof": f"127.0.0.1 {replica.port}"}, port=primary.port).start()
        await until_drained(app.state.receiver.spool)
    store = open_store(url)
    found = await arrived(store)
    assert sorted(promised(found, ids)) == sorted(ids)
    claimed = await store.queue.claim("w", {"live": 100, "background": 100})
    assert len(claimed.jobs) == len(found)
    await store.close()
    for server in (sentinel, replica, again):
        server.kill()


def _knows_replica(sentinel: Server) -> bool:
    with sentinel.client() as client:
        found = client.execute_command("SENTINEL", "REPLICAS", "front")
        return isinstance(found, list) and len(found) == 1


def _role(server: Server) -> str:
    with server.client() as client:
        return str(client.info("replication")["role"])


# --- a receiver that dies, a disk that is full ------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[ReceiverProcess]:
    """A receiver whose store is nowhere."""
    with receiver_process(tmp_path, "unix:///nonexistent/valkey.sock") as process:
        yield process


async def test_another_receiver_brings_what_a_killed_one_spooled(
    alone: ReceiverProcess, store: Store, store_url: str, tmp_path: Path
) -> None:
    async with httpx.AsyncClient(base_url=alone.url) as client:
        ids = [*await deliver(client, 150), await call(client)]
        hopeless = [asyncio.create_task(post(client, status_update(f"lost-{n}"))) for n in range(50)]
        await asyncio.wait(hopeless, return_when=asyncio.FIRST_COMPLETED)
        alone.process.kill()
        said = await asyncio.gather(*hopeless, return_exceptions=True)
    alone.process.wait()
    told = {r.json()["event_id"] for r in said if isinstance(r, httpx.Response)}
    with receiver_process(tmp_path, store_url):
        async with asyncio.timeout(FAST_ENOUGH):
            while spooled(tmp_path):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    found = await arrived(store)
    assert promised(found, ids) == ids
    assert told
    assert told <= set(found)


def spooled(folder: Path) -> int:
    db = sqlite3.connect(folder / "spool" / "spool.db")
    try:
        return int(db.execute("SELECT count(*) FROM spooled").fetchone()[0])
    finally:
        db.close()


async def test_a_full_disk_is_said_and_got_over(alone: ReceiverProcess, tmp_path: Path) -> None:
    pid = alone.process.pid
    async with httpx.AsyncClient(base_url=alone.url) as client:
        kept = await deliver(client, 3)
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (2000, hard))
        for number in range(3):
            refused = await post(client, status_update(f"refused-{number}"))
            assert (refused.status_code, refused.content, refused.headers["retry-after"]) == (503, b"", "5")
            caller = await post(client, tool_calls(), "quick")
            assert (caller.status_code, caller.headers["x-hookswitch-stored"]) == (200, "no")
            request = await post(client, assistant_request("g1"), "quick")
            assert (request.json(), request.headers["x-hookswitch-stored"]) == ({"assistant": {"name": "night"}}, "no")
        assert spooled(tmp_path) == len(kept)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        await deliver(client, 2, "refused")
        await call(client)
    assert spooled(tmp_path) == len(kept) + 3


async def test_a_flood_with_the_store_away_keeps_no_caller_waiting(alone: ReceiverProcess) -> None:
    async with httpx.AsyncClient(base_url=alone.url) as client:
        await call(client)
        ends = [await asyncio.open_connection("127.0.0.1", alone.port) for _ in range(200)]
        for number, (_, writer) in enumerate(ends):
            writer.write(request_bytes(status_update(f"flood-{number}")))
        await call(client)
    heads = [await reader.readuntil(b"\r\n") for reader, _ in ends]
    for _, writer in ends:
        writer.close()
    assert set(heads) == {b"HTTP/1.1 200 OK\r\n"}
