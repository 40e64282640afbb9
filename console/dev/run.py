"""Start everything, print what happens, stop everything."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
from redis.exceptions import RedisError

from console.dev.children import Child
from console.dev.lines import banner, event_line
from console.dev.setup import (
    Ports,
    connections_file,
    generated_secrets,
    readable_connections,
    sandbox_environment,
    sandbox_keys,
)  # fmt: skip
from store import embedded, keys
from store.client import Store, open_store
from store.connections import Connection
from store.settings import StoreSettings

logger = logging.getLogger(__name__)

Say = Callable[[str], None]
START_TIMEOUT = 30.0


@dataclass(frozen=True)
class Plan:
    """What was asked for."""

    ports: Ports
    data_dir: Path
    rules_dir: Path
    connections: Path | None
    sandbox: bool


async def run(plan: Plan, say: Say) -> None:
    """Run until Ctrl-C or SIGTERM; raises EmbeddedError when the folder is held, ChildFailed when a process fails."""
    plan.data_dir.mkdir(parents=True, exist_ok=True)
    settings = StoreSettings(data_dir=plan.data_dir)
    server = None if settings.redis_url else embedded.start(plan.data_dir, settings.durability)
    try:
        await _run_with_store(plan, settings.redis_url or (server.url if server else ""), say)
    finally:
        if server:
            server.stop()
    say("[dim]stopped[/]")


async def _run_with_store(plan: Plan, url: str, say: Say) -> None:
    environ, connections = _environment(plan, url)
    children = _children(plan, environ, connections)
    tasks = [asyncio.create_task(child.keep_running(say)) for child in children]
    stop = _stop_on_signals()
    store = open_store(url)
    try:
        tasks.append(asyncio.create_task(_greet(plan, connections, say)))
        tasks.append(asyncio.create_task(_print_events(store, say)))
        done, _ = await asyncio.wait([*tasks[: len(children)], stop], return_when=asyncio.FIRST_COMPLETED)
        say("[dim]stopping …[/]")
        for task in done:
            if task is not stop:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(child.stop() for child in children))
        await store.close()


def _environment(plan: Plan, url: str) -> tuple[dict[str, str], dict[str, Connection]]:
    path = connections_file(plan.data_dir, plan.connections)
    generated = generated_secrets(plan.data_dir, path)
    allow = ",".join(filter(None, [os.environ.get("HOOKSWITCH_HTTP_ALLOW", ""), f"127.0.0.1:{plan.ports.sandbox}"]))
    environ = generated | {
        "SANDBOX_URL": os.environ.get("SANDBOX_URL", plan.ports.sandbox_url),
        "HOOKSWITCH_REDIS_URL": url,
        "HOOKSWITCH_DATA_DIR": str(plan.data_dir),
        "HOOKSWITCH_RULES_DIR": str(plan.rules_dir),
        "HOOKSWITCH_CONNECTIONS": str(path),
        "HOOKSWITCH_HTTP_ALLOW": allow if plan.sandbox else os.environ.get("HOOKSWITCH_HTTP_ALLOW", ""),
        "HOOKSWITCH_VAR_SANDBOX_URL": plan.ports.sandbox_url,
        "HOOKSWITCH_LOG": os.environ.get("HOOKSWITCH_LOG", "text"),
        "HOOKSWITCH_LOG_LEVEL": os.environ.get("HOOKSWITCH_LOG_LEVEL", "WARNING"),
    }
    return environ, readable_connections(path, {**os.environ, **environ})


def _children(plan: Plan, environ: Mapping[str, str], connections: Mapping[str, Connection]) -> list[Child]:
    port = str(plan.ports.receiver)
    children = [
        Child("receiver", ["console", "serve", "--port", port], environ),
        Child("worker", ["console", "work"], environ),
    ]
    if plan.sandbox:
        known = {**environ, **sandbox_environment(plan.ports, connections), **sandbox_keys(environ)}
        children.append(Child("sandbox", ["console.sandbox"], known))
    return children


def _stop_on_signals() -> asyncio.Task[bool]:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return asyncio.create_task(stop.wait())


async def _greet(plan: Plan, connections: Mapping[str, Connection], say: Say) -> None:
    """Say how to try it once the receiver answers."""
    url = f"http://127.0.0.1:{plan.ports.receiver}/readyz"
    async with httpx.AsyncClient(trust_env=False) as client:
        async with asyncio.timeout(START_TIMEOUT):
            while not await _answers(client, url):  # noqa: ASYNC110 - another process, nothing to wait on
                await asyncio.sleep(0.05)
    for line in banner(plan.ports, connections, sandbox=plan.sandbox, data_dir=str(plan.data_dir)):
        say(line)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False


async def _print_events(store: Store, say: Say) -> None:
    """One line for each event that is done, for as long as we live."""
    while True:
        try:
            async with store.redis.pubsub() as subscription:
                await subscription.subscribe(keys.FEED)
                while True:
                    message = await subscription.get_message(ignore_subscribe_messages=True, timeout=5.0)
                    if message:
                        say(event_line(orjson.loads(message["data"])))
        except (RedisError, OSError) as error:
            logger.warning("the feed is interrupted", extra={"error": repr(error)})
            await asyncio.sleep(0.5)
