"""The ceilings on what costs money: how much each connection may do, and how much of it is used."""

from __future__ import annotations

from collections.abc import Mapping

from redis.exceptions import RedisError

from console.checkup.finding import Finding
from console.cli.storage import store_url
from store.ceilings import Cost
from store.client import Store, open_store
from store.connections import Connection, ConnectionsError, load_connections
from store.embedded import EmbeddedError
from store.settings import StoreSettings
from workers.actions import ACTIONS
from workers.settings import WorkerSettings


async def ceiling_findings(
    settings: StoreSettings, worker: WorkerSettings, environ: Mapping[str, str]
) -> list[Finding]:
    """One finding for each ceiling that a connection can reach; none when the store or the file cannot be read."""
    try:
        connections = load_connections(worker.connections, environ, "neither")
        store = open_store(store_url(settings))
    except (ConnectionsError, EmbeddedError, ValueError):
        return []
    try:
        return [await _finding(store, each, cost) for each in connections.values() for cost in costs_of(each)]
    except (RedisError, OSError):
        return []
    finally:
        await store.close()


def costs_of(connection: Connection) -> list[Cost]:
    """What money can be spent on over this connection."""
    if connection.api is None:
        return []
    able = (each for each in ACTIONS.values() if each.costs and connection.provider in (each.platforms or {}))
    return sorted({each.costs for each in able if _speaks(connection, each.platforms or {}) and each.costs})


def _speaks(connection: Connection, platforms: Mapping[str, frozenset[str]]) -> bool:
    generations = platforms[connection.provider]
    return connection.generation == "auto" or "" in generations or connection.generation in generations


async def _finding(store: Store, connection: Connection, cost: Cost) -> Finding:
    ceiling = connection.ceiling_of(cost)
    used = await store.spending.used(connection.name, cost, ceiling)
    about, said = f"{connection.name} {cost}", f"{used} used of {ceiling}"
    if used < ceiling.count:
        return Finding("ok", about, said)
    advice = f"write `ceilings: {{{cost}: ...}}` for {connection.name} in the connections file to allow more"
    return Finding("warning", about, f"{said}: nothing more goes out", advice)
