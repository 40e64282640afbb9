"""Two receivers, two workers, a store, a far side: real processes, each behind a way of its own that can be cut."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from redis.asyncio import Redis
from redis.exceptions import RedisError

from store import embedded
from store.client import Store, open_store
from store.embedded import EmbeddedServer, die_with_parent
from store.spool import Spool
from tests.chaos.ledger import Outage
from tests.chaos.plan import CLIENTS, RECEIVERS, WORKERS
from tests.chaos.proxies import Way
from tests.chaos.scene import write_connections, write_rules
from tests.ports import free_port
from tests.warm.programs import Program

READY_WITHIN = 120.0
POLL = 0.03
WATCH_EVERY = 0.1


Process = subprocess.Popen[bytes] | Program
Begin = Callable[[Sequence[str], Mapping[str, str], int], Process]
"""Begins a process of ours: module and arguments, environment, the descriptor it writes to."""


def started(arguments: Sequence[str], environ: Mapping[str, str], output: int) -> Process:
    """As it is done where it matters."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], env=environ, stdout=output, stderr=output,
        stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_parent,
    )  # fmt: skip


def forked(arguments: Sequence[str], environ: Mapping[str, str], output: int) -> Process:
    """Without the second that the imports take: on a short day most of it would be spent on them."""
    return Program(*arguments, environ=environ, stdout=output, stderr=output)


@dataclass
class Part:
    """One process of ours, which is watched: it may end when it is told to, and at no other time."""

    name: str
    process: Process
    expected_to_end: bool = False


@dataclass
class Installation:
    """All of it, in one folder that is kept when something went wrong."""

    folder: Path
    now: Callable[[], float]
    """Seconds since the first delivery."""
    begin: Begin = started
    server: EmbeddedServer = field(init=False)
    ways: dict[str, Way] = field(default_factory=dict)
    way_out: Way = field(init=False)
    ports: dict[str, int] = field(default_factory=dict)
    far_port: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    outages: list[Outage] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    store: Store = field(init=False)
    """Past every proxy, for looking at what is there."""
    _sockets: Path = field(init=False)
    _writers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    """They write the logs, and end with those whose log it is."""

    async def start(self) -> None:
        """Everything up and ready."""
        self._sockets = Path(tempfile.mkdtemp(prefix="chaos-"))
        self.server = embedded.start(self.folder / "data", "always")
        self.store = open_store(self.server.url)
        socket = Path(self.server.url.removeprefix("unix://"))
        for name in CLIENTS:
            self.ways[name] = await Way(self._sockets / f"{name}.sock", socket).open()
        self.far_port = free_port()
        self.way_out = await Way(0, self.far_port).open()
        self.ports = {name: free_port() for name in RECEIVERS}
        write_rules(self.rules, self.far_side)
        write_connections(self.folder / "connections.yaml", self.far_side)
        self._launch("far side", "tests.chaos.farside", str(self.far_port), str(self.effects))
        for name in CLIENTS:
            self.launch(name)
        await asyncio.gather(*(self.until_ready(name) for name in RECEIVERS))
        await self.until(self._workers_are_there, "the workers")

    @property
    def rules(self) -> Path:
        return self.folder / "rules"

    @property
    def effects(self) -> Path:
        return self.folder / "effects.jsonl"

    @property
    def spool(self) -> Spool:
        """The one that both receivers share, for looking at it."""
        return Spool(self.folder / "data" / "spool", 0)

    @property
    def effects_bytes(self) -> int:
        """How much the far side has noted."""
        return self.effects.stat().st_size if self.effects.exists() else 0

    @property
    def far_side(self) -> str:
        """Where rules find the far side: through the way that can be cut."""
        return f"http://127.0.0.1:{self.way_out.listens}"

    def launch(self, name: str) -> None:
        """Start a receiver or a worker."""
        arguments = ["console", "work"]
        if name in RECEIVERS:
            arguments = ["console", "serve", "--port", str(self.ports[name])]
        self._launch(name, *arguments)

    def _launch(self, name: str, *arguments: str) -> None:
        """Its log goes through a pipe, so that a disk that is full for the process does not silence it."""
        read, write = os.pipe()
        with (self.folder / f"{name.replace(' ', '_')}.log").open("ab") as log:
            writer = subprocess.Popen(["cat"], stdin=read, stdout=log, start_new_session=True)
        self._writers = [each for each in self._writers if each.poll() is None] + [writer]
        process = self.begin(arguments, os.environ | self._environ(name), write)
        os.close(read)
        os.close(write)
        self.parts[name] = Part(name, process)

    def _environ(self, name: str) -> dict[str, str]:
        way = self.ways.get(name)
        return {
            "HOOKSWITCH_REDIS_URL": f"unix://{way.listens}" if way else "",
            "HOOKSWITCH_DATA_DIR": str(self.folder / "data"),
            "HOOKSWITCH_RULES_DIR": str(self.rules),
            "HOOKSWITCH_CONNECTIONS": str(self.folder / "connections.yaml"),
            "HOOKSWITCH_HTTP_ALLOW": f"127.0.0.1:{self.way_out.listens}",
            "HOOKSWITCH_LOG": "json",
        }

    async def until(self, holds: Callable[[], object], what: str, seconds: float = READY_WITHIN) -> None:
        """Wait for something that another process does; `holds` may be a coroutine function."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    found = holds()
                    if await found if asyncio.iscoroutine(found) else found:
                        return
                    await asyncio.sleep(POLL)
        except TimeoutError:
            raise AssertionError(f"waited {seconds:g} s for {what}") from None

    async def _workers_are_there(self) -> bool:
        return len(await self.store.queue.workers()) >= len(WORKERS)

    async def until_ready(self, name: str) -> None:
        """Until a receiver takes deliveries."""
        await self.until(lambda: self._is_live(name), name)

    async def _is_live(self, name: str) -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"http://127.0.0.1:{self.ports[name]}/livez", timeout=1)).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal that ends the process."""
        part = self.parts[name]
        part.expected_to_end = True
        part.process.send_signal(number)

    async def gone(self, name: str) -> None:
        """Until a process that was told to end has ended."""
        process = self.parts[name].process
        await self.until(lambda: process.poll() is not None, f"{name} to end")

    async def store_answers(self) -> bool:
        """Whether the store can be asked, past every proxy."""
        try:
            async with Redis.from_url(self.server.url, socket_timeout=1.0) as client:
                return bool(await client.ping())
        except (RedisError, OSError):
            return False

    def kill_store(self) -> None:
        """As if the power went."""
        self.server.process.kill()
        self.server.process.wait()

    async def restart_store(self) -> None:
        """The same server on what is on its disk."""
        Path(self.server.url.removeprefix("unix://")).unlink(missing_ok=True)
        self._launch_store()
        await self.until(self.store_answers, "the store", 120)

    def _launch_store(self) -> None:
        with (self.folder / "data" / "valkey" / "valkey.log").open("ab") as log:
            self.server.process = subprocess.Popen(
                self.server.process.args, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent, start_new_session=True,
            )  # fmt: skip

    def limit_files(self, size: int) -> None:
        """No receiver may write files larger than so many bytes: what a full disk is to the spool. -1: as large as
        they like."""
        for name in RECEIVERS:
            if self.parts[name].process.poll() is None:
                _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
                soft = hard if size < 0 else size
                resource.prlimit(self.parts[name].process.pid, resource.RLIMIT_FSIZE, (soft, hard))

    def limit_store(self, more: int) -> None:
        """The store's files may grow by so many bytes: what a disk that is about to be full is to it."""
        files = (self.folder / "data" / "valkey" / "appendonlydir").iterdir()
        size = max(file.stat().st_size for file in files) + more
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (size, size))

    @contextmanager
    def outage(self, *names: str, polite: bool = False) -> Iterator[None]:
        """Note that receivers cannot answer in here."""
        began = self.now()
        try:
            yield
        finally:
            self.outages += [Outage(name, began, self.now(), polite) for name in names if name in RECEIVERS]

    async def watch(self) -> None:
        """Note who ends by itself, and start it again so that the day goes on."""
        while True:
            for part in list(self.parts.values()):
                code = part.process.poll()
                if code is not None and not part.expected_to_end:
                    part.expected_to_end = True
                    self.deaths.append(f"{part.name} with {code} at {self.now():.2f} s")
                    self.launch(part.name)
            await asyncio.sleep(WATCH_EVERY)

    async def stop(self) -> None:
        """End everything that was started here."""
        for part in self.parts.values():
            part.expected_to_end = True
            if part.process.poll() is None:
                part.process.send_signal(signal.SIGCONT)
                part.process.kill()
            part.process.wait()
        for writer in self._writers:
            writer.wait()
        await self.store.close()
        for way in [*self.ways.values(), self.way_out]:
            await way.close()
        if self.server.process.poll() is None:
            self.server.process.send_signal(signal.SIGCONT)
        self.server.stop()
        shutil.rmtree(self._sockets, ignore_errors=True)
