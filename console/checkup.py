"""What `doctor` looks at: each thing that must be right for no event to be lost, with what to do when it is not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from redis.exceptions import RedisError, ResponseError

from console.cli.storage import store_url
from receiver.auth import entry_problem
from receiver.providers import PROVIDERS
from receiver.settings import ReceiverSettings
from rules.engine.load import NoFolder, load_folder
from store.client import Store, open_store
from store.connections import Connection, ConnectionsError, Part, load_connections
from store.embedded import EmbeddedError
from store.settings import Durability
from workers.settings import WorkerSettings, secrets_from, vars_from
from workers.vocabulary import vocabulary

Level = Literal["ok", "warning", "error"]

OLDEST_SERVER = (7, 0)


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `advice` is the next thing to do."""

    level: Level
    about: str
    text: str
    advice: str = ""


def examine(receiver: ReceiverSettings, worker: WorkerSettings) -> list[Finding]:
    """Everything, in the order in which an operator would look."""
    return [
        *asyncio.run(_store_findings(receiver)),
        *_connection_findings(receiver, "auth"),
        *_connection_findings(receiver, "api"),
        *_rule_findings(worker),
    ]


async def _store_findings(settings: ReceiverSettings) -> list[Finding]:
    try:
        store = open_store(store_url(settings))
    except EmbeddedError as error:
        return [Finding("error", "store", str(error), "make run")]
    try:
        return [*await _server(store, settings.durability), *await _backlog(store)]
    except (RedisError, OSError) as error:
        return [Finding("error", "store", f"cannot be reached: {error}", "check HOOKSWITCH_REDIS_URL and the server")]
    finally:
        await store.close()


async def _server(store: Store, durability: Durability) -> list[Finding]:
    info = await store.redis.info("server")
    version = str(info.get("valkey_version") or info["redis_version"])
    if tuple(map(int, version.split(".")[:2])) < OLDEST_SERVER:
        return [Finding("error", "store", f"version {version} is too old", "upgrade to Redis 7 or Valkey 8 or newer")]
    found = [Finding("ok", "store", f"version {version} answers")]
    try:
        return found + list(persistence(await store.redis.config_get("*"), durability))
    except ResponseError:
        advice = "make sure yourself that it appends to disk and evicts nothing"
        return [*found, Finding("warning", "store", "does not tell its settings", advice)]


def persistence(config: Mapping[str, Any], durability: Durability) -> Iterator[Finding]:
    """What the server's own settings say about not losing events."""
    wanted = {"memory": (), "everysec": ("everysec", "always")}.get(durability, ("always",))
    if config.get("maxmemory-policy") != "noeviction":
        policy = config.get("maxmemory-policy")
        yield Finding("error", "eviction", f"{policy}: events may vanish", "CONFIG SET maxmemory-policy noeviction")
    if wanted and config.get("appendonly") != "yes":
        yield Finding("error", "persistence", "off: a restart loses everything", "CONFIG SET appendonly yes")
    elif wanted and config.get("appendfsync") not in wanted:
        said = f"appendfsync is {config.get('appendfsync')}, durability asks for {durability}"
        yield Finding("error", "persistence", said, f"CONFIG SET appendfsync {wanted[0]}")
    else:
        yield Finding("ok", "persistence", f"durability {durability}")


async def _backlog(store: Store) -> list[Finding]:
    workers, dead = await store.queue.workers(), await store.dead.count()
    depth = ", ".join(f"{lane} {count}" for lane, count in (await store.queue.depth()).items())
    found = [Finding("ok", "queue", f"{await store.queue.open_work()} open; {depth}")]
    if workers:
        found.append(Finding("ok", "workers", f"{len(workers)} at work"))
    else:
        found.append(Finding("error", "workers", "none: callers hear the fallback", "hookswitch work"))
    if dead:
        found.append(Finding("warning", "dead letters", f"{dead} were given up", "hookswitch dead list"))
    return found


def _connection_findings(settings: ReceiverSettings, part: Part) -> list[Finding]:
    try:
        connections = load_connections(settings.connections, os.environ, part)
    except ConnectionsError as error:
        advice = "correct the file that HOOKSWITCH_CONNECTIONS names"
        return [Finding("error", "connections", problem, advice) for problem in error.problems]
    return [finding for connection in connections.values() for finding in examine_connection(connection, part)]


def examine_connection(connection: Connection, part: Part) -> list[Finding]:
    """One connection as the receiver (auth) or a worker (api) sees it."""
    about = f"{connection.name} {'webhook' if part == 'auth' else 'API'}"
    if connection.missing:
        names = ", ".join(connection.missing)
        return [Finding("error", about, f"off: {names} not set", f"set {names} in the environment")]
    if part == "api" or connection.provider not in PROVIDERS:
        return []
    if not connection.auth:
        return [Finding("error", about, "has no auth and accepts nothing", "add an auth entry")]
    return list(_auth_findings(connection, about))


def _auth_findings(connection: Connection, about: str) -> Iterator[Finding]:
    for entry in connection.auth:
        problem = entry_problem(entry, PROVIDERS[connection.provider].signing)
        if problem:
            yield Finding("error", about, problem, "correct the auth entry")
        elif entry.scheme == "none":
            yield Finding("warning", about, "anybody can post to it", "use a secret, or at least a path_token")
        else:
            yield Finding("ok", about, f"proves itself by {entry.scheme}")


def _rule_findings(settings: WorkerSettings) -> list[Finding]:
    try:
        connections = load_connections(settings.connections, os.environ, "neither")
    except ConnectionsError:
        return []
    try:
        words = vocabulary(connections, secrets_from())
        loaded = load_folder(settings.rules_dir, words, vars_from())
    except NoFolder as error:
        return [Finding("error", "rules", str(error), "set HOOKSWITCH_RULES_DIR")]
    wrong = [finding for finding in loaded.findings if finding.severity == "error"]
    found = [Finding("error", "rules", finding.text, "hookswitch check") for finding in wrong]
    return [Finding("ok", "rules", f"{len(loaded.rules)} in force"), *found]
