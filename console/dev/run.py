"""Start everything, print what happens, stop everything."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
from redis.exceptions import RedisError

from console.dev.children import Child, ChildFailed, how
from console.dev.lines import Welcome, banner, event_line
from console.dev.ports import Ports
from console.dev.session import remember
from console.dev.setup import (
    Secrets,
    connections_file,
    generated_secrets,
    is_demo,
    posts_to_us,
    readable_connections,
    sandbox_environment,
    sandbox_keys,
)  # fmt: skip
from store import embedded, keys
from store.client import Store, open_store
from store.connections import Connection
from store.settings import StoreSettings
from store.tasks import end

logger = logging.getLogger(__name__)

Say = Callable[[str], None]
NotReady = Callable[[httpx.AsyncClient], Awaitable[str]]
START_TIMEOUT = 30.0


@dataclass(frozen=True)
class Plan:
    """What was asked for."""

    ports: Ports
    data_dir: Path
    rules_dir: Path
    connections: Path | None
    sandbox: bool


@dataclass(frozen=True)
class Surroundings:
    """What the processes are given."""

    environ: Mapping[str, str]
    connections: Mapping[str, Connection]
    secrets: Secrets
    demo: bool


@dataclass
class BuiltIn:
    """The built-in store, started again when it dies. Starting blocks: the kernel ties it to the thread that does."""

    settings: StoreSettings
    server: embedded.EmbeddedServer

    @classmethod
    def start(cls, settings: StoreSettings) -> BuiltIn:
        """Raises EmbeddedError when the folder is held or the server does not come up."""
        return cls(settings, embedded.start(settings.data_dir, settings.durability))

    async def keep_running(self, say: Say) -> None:
        """Raises ChildFailed when it comes back at another address, where nobody would look for it."""
        while True:
            while (code := self.server.process.poll()) is None:  # noqa: ASYNC110 - another process, nothing to wait on
                await asyncio.sleep(0.2)
            say(f"[yellow]▲ the store ended ({how(code)}), starting it again[/]")
            url = self.server.url
            self.server.stop()
            self.server = embedded.start(self.settings.data_dir, self.settings.durability)
            if self.server.url != url:
                raise ChildFailed("store", code)


async def run(plan: Plan, say: Say) -> None:
    """Run until Ctrl-C or SIGTERM.

    Raises EmbeddedError when the folder is held, PortTaken, ConnectionsError, OSError for a folder that cannot be
    written, and ChildFailed when a process cannot be kept running.
    """
    plan.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = StoreSettings(data_dir=plan.data_dir)
    built_in = None if settings.redis_url else BuiltIn.start(settings)
    try:
        plan.ports.require_free(sandbox=plan.sandbox)
        given = _surroundings(plan, built_in.server.url if built_in else settings.redis_url)
        await _run_all(plan, given, built_in, say)
    finally:
        if built_in:
            built_in.server.stop()
    say("[dim]stopped[/]")


async def _run_all(plan: Plan, given: Surroundings, built_in: BuiltIn | None, say: Say) -> None:
    children = _children(plan, given)
    stop = asyncio.create_task(_until_told(children).wait())
    store = open_store(given.environ["HOOKSWITCH_REDIS_URL"])
    running = [asyncio.create_task(child.keep_running(say)) for child in children]
    running += [asyncio.create_task(built_in.keep_running(say))] if built_in else []
    worker = next(child for child in children if child.name == "worker")
    greeting = _greet(plan, given, lambda client: _not_ready(client, plan, store, worker), say)
    talking = [asyncio.create_task(greeting), asyncio.create_task(_print_events(store, say))]
    try:
        done, _ = await asyncio.wait([*running, stop], return_when=asyncio.FIRST_COMPLETED)
        say("\n[dim]stopping …[/]")
        for task in done:
            task.result()
    finally:
        await end(*running, *talking, stop)
        await asyncio.gather(*(child.stop() for child in children))
        await store.close()


def _surroundings(plan: Plan, url: str) -> Surroundings:
    path = connections_file(plan.data_dir, plan.connections)
    secrets = generated_secrets(plan.data_dir, path)
    allow = [os.environ.get("HOOKSWITCH_HTTP_ALLOW", ""), f"127.0.0.1:{plan.ports.sandbox}" if plan.sandbox else ""]
    environ = {
        **secrets.values,
        "SANDBOX_URL": os.environ.get("SANDBOX_URL", plan.ports.sandbox_url),
        "HOOKSWITCH_REDIS_URL": url,
        "HOOKSWITCH_DATA_DIR": str(plan.data_dir),
        "HOOKSWITCH_RULES_DIR": str(plan.rules_dir),
        "HOOKSWITCH_CONNECTIONS": str(path),
        "HOOKSWITCH_HTTP_ALLOW": ",".join(filter(None, allow)),
        "HOOKSWITCH_VAR_SANDBOX_URL": plan.ports.sandbox_url,
        "HOOKSWITCH_PUBLIC_URL": os.environ.get("HOOKSWITCH_PUBLIC_URL", ""),
        "HOOKSWITCH_LOG": os.environ.get("HOOKSWITCH_LOG", "text"),
        "HOOKSWITCH_LOG_LEVEL": os.environ.get("HOOKSWITCH_LOG_LEVEL", "WARNING"),
    }
    remember(plan.data_dir, environ)
    connections = readable_connections(path, {**os.environ, **environ})
    return Surroundings(environ, connections, secrets, is_demo(plan.data_dir, path))


def _children(plan: Plan, given: Surroundings) -> list[Child]:
    children = [
        Child("receiver", ["console", "serve", "--port", str(plan.ports.receiver)], given.environ),
        Child("worker", ["console", "work"], given.environ),
        Child("console", ["console", "console", "--port", str(plan.ports.console)], given.environ),
    ]
    if plan.sandbox:
        known = {**os.environ, **given.environ}
        platforms = {**sandbox_environment(plan.ports, given.connections), **sandbox_keys(known)}
        children.append(Child("sandbox", ["console.sandbox"], {**given.environ, **platforms}))
    return children


def _until_told(children: Sequence[Child]) -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM; a second one does not wait for anybody."""
    stop = asyncio.Event()

    def told() -> None:
        if stop.is_set():
            for child in children:
                child.kill()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told)
    return stop


async def _greet(plan: Plan, given: Surroundings, not_ready: NotReady, say: Say) -> None:
    """Say how to try it once everything is ready."""
    missing = ""
    try:
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(START_TIMEOUT):
            while missing := await not_ready(client):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.05)
    except TimeoutError:
        say(f"[red]✖ {missing} after {START_TIMEOUT:.0f} s; look with `hookswitch doctor`[/]")
        return
    made = () if given.demo else tuple(given.secrets.values)
    can_call = plan.sandbox and posts_to_us(given.connections)
    for line in banner(Welcome(plan.ports, plan.data_dir, given.connections, can_call, made, given.secrets.missing)):
        say(line)


async def _not_ready(client: httpx.AsyncClient, plan: Plan, store: Store, worker: Child) -> str:
    """What is not there yet, in words; "" when a call can come in and a saved rule file would be noticed."""
    if not await _answers(client, f"{plan.ports.receiver_url}/readyz"):
        return "the receiver does not answer"
    if not await _answers(client, f"{plan.ports.console_url}/livez"):
        return "the console does not answer"
    try:
        notes = await store.roster.all()
    except (RedisError, OSError):
        return "the store does not answer"
    pid = worker.process.pid if worker.process else 0
    ready = any(note.follows for name, note in notes.items() if f":{pid}:" in name)
    return "" if ready else "the worker has not taken up the rules"


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
            logger.debug("the feed is interrupted", extra={"error": repr(error)})
            await asyncio.sleep(0.5)
