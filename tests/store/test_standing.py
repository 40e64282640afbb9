from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ConnectionError, ResponseError

from store.client import Store, open_store
from store.settings import Durability
from store.standing import Lookout, OldServerError, reach, refuse_old_server, standing
from tests.store.servers import replicated

GOOD = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "always", "min-replicas-to-write": "1"}
INFO = {"redis_version": "7.2.4", "valkey_version": "9.0.1", "role": "master", "connected_slaves": 1}


class Told:
    """A server that tells what a test makes it tell."""

    def __init__(self, info: dict[str, Any] | None = None, config: dict[str, str] | Exception | None = None) -> None:
        self.told, self.config = INFO | (info or {}), GOOD if config is None else config

    async def info(self) -> dict[str, Any]:
        return self.told

    async def config_get(self, _: str) -> dict[str, str]:
        if isinstance(self.config, Exception):
            raise self.config
        return self.config


async def look(durability: Durability = "always", **told: Any) -> list[tuple[str, str]]:
    seen = await standing(Told(**told), durability)  # type: ignore[arg-type]
    assert all(each.text and each.advice for each in seen.shortcomings)
    return [(each.level, each.about) for each in seen.shortcomings]


@pytest.mark.parametrize(
    ("change", "durability", "expected"),
    [
        ({}, "always", []),
        ({"appendfsync": "everysec"}, "everysec", []),
        ({"appendfsync": "everysec"}, "always", [("error", "persistence")]),
        ({"appendfsync": "everysec"}, "replica", [("error", "persistence")]),
        ({"appendfsync": "no"}, "everysec", [("error", "persistence")]),
        ({"appendonly": "no"}, "always", [("error", "persistence")]),
        ({"appendonly": "no"}, "memory", []),
        ({"maxmemory-policy": "allkeys-lru"}, "memory", [("error", "eviction")]),
        ({"min-replicas-to-write": "0"}, "always", []),
        ({"min-replicas-to-write": "0"}, "replica", [("warning", "replicas")]),
    ],
)
async def test_what_the_settings_mean(
    change: dict[str, str], durability: Durability, expected: list[tuple[str, str]]
) -> None:
    assert await look(durability, config=GOOD | change) == expected


@pytest.mark.parametrize(
    ("change", "durability", "expected"),
    [
        ({"connected_slaves": 0}, "always", []),
        ({"connected_slaves": 0}, "replica", [("error", "replicas")]),
        ({"role": "slave"}, "memory", [("error", "replicas")]),
        ({"aof_enabled": 1, "aof_last_write_status": "err"}, "always", [("error", "persistence")]),
        ({"aof_enabled": 1, "aof_last_write_status": "ok"}, "always", []),
        ({"valkey_version": None, "redis_version": "6.2.14"}, "always", [("error", "version")]),
        ({"valkey_version": None, "redis_version": "7.0.15"}, "always", []),
        ({"valkey_version": None, "redis_version": "255.255.255"}, "always", []),
        ({"valkey_version": "unstable"}, "always", [("error", "version")]),
    ],
)
async def test_what_the_server_tells_of_itself(
    change: dict[str, Any], durability: Durability, expected: list[tuple[str, str]]
) -> None:
    assert await look(durability, info=change) == expected


async def test_a_server_that_hides_its_settings_is_not_called_good() -> None:
    assert await look(config=ResponseError("NOPERM")) == [("warning", "settings")]


async def test_a_server_that_is_too_old_is_refused_with_what_to_do() -> None:
    old = Told({"valkey_version": None, "redis_version": "6.0.16"})
    with pytest.raises(OldServerError, match=r"version 6\.0\.16 is too old: upgrade to Redis 7"):
        await refuse_old_server(old)  # type: ignore[arg-type]
    await refuse_old_server(Told())  # type: ignore[arg-type]
    nowhere = open_store("unix:///nonexistent/valkey.sock")
    await refuse_old_server(nowhere.redis)
    await nowhere.close()


async def test_a_real_server_is_looked_at(store: Store) -> None:
    seen = await standing(store.redis, "memory")
    assert (seen.shortcomings, seen.too_old) == ((), False)
    (shortcoming,) = (await standing(store.redis, "always")).shortcomings
    assert shortcoming.text == "appendfsync is no, durability asks for always"


async def test_a_real_replica_is_seen_on_both_sides(tmp_path: Path) -> None:
    primary, replica = replicated(tmp_path, **{"appendfsync": "always", "min-replicas-to-write": "1"})
    here, there = open_store(primary.url), open_store(replica.url)
    assert (await standing(here.redis, "replica")).shortcomings == ()
    assert "this is a replica and takes no writes" in [
        e.text for e in (await standing(there.redis, "replica")).shortcomings
    ]
    await here.close()
    await there.close()
    for server in (primary, replica):
        server.kill()


async def test_a_shortcoming_is_shouted_once_and_again_when_it_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    server = Told(config=GOOD | {"appendonly": "no"})
    lookout = Lookout(server, "always")  # type: ignore[arg-type]
    shouts: Callable[[], int] = lambda: sum(r.levelno == logging.CRITICAL for r in caplog.records)  # noqa: E731
    assert await lookout.look()
    assert await lookout.look()
    assert shouts() == 1
    server.config = GOOD
    assert await lookout.look()
    server.config = GOOD | {"appendonly": "no"}
    assert await lookout.look()
    assert shouts() == 2
    server.config = ConnectionError("gone")
    assert not await lookout.look()
    assert lookout.seen is not None


def _has_seen(lookout: Lookout) -> bool:
    return lookout.seen is not None


async def test_the_lookout_goes_on_while_the_server_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.standing.LOOK_AGAIN", 0.0)
    server = Told(config=ConnectionError("gone"))
    lookout = Lookout(server, "always")  # type: ignore[arg-type]
    keeping = asyncio.create_task(lookout.keep())
    await asyncio.sleep(0)
    assert not _has_seen(lookout)
    server.config = GOOD
    async with asyncio.timeout(60):
        while not _has_seen(lookout):  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping


async def test_whether_the_server_is_there_is_told_in_a_word(store: Store) -> None:
    away = open_store("redis://127.0.0.1:1")
    assert await reach(store.redis) == "ok"
    assert await reach(away.redis) == "unreachable: ConnectionError"
    await away.close()
