"""Makes the faults of a plan happen to an installation, and mends each of them again."""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import httpx
from redis.exceptions import RedisError

from tests.chaos.installation import Installation
from tests.chaos.plan import CLIENTS, RECEIVERS, Fault
from tests.chaos.scene import BREAKABLE, BROKEN, PAUSABLE, RULES

DELAY = 0.15
"""Seconds that everything takes longer on a slow way."""
SPOOL_BYTES = 2048
"""Less than any page of the spool."""
SLOW = 3.0
"""Seconds a slow answer takes: longer than the timeout of a step."""
CLOSED_PORT = ("127.0.0.1", "1")
OUTLASTS = 100_000
"""More requests than any fault meets: it ends by being cleared."""

Happening = Callable[["Injector", Fault], AbstractAsyncContextManager[None]]


@dataclass
class Injector:
    """One bad day's troublemaker."""

    around: Installation
    log: list[str] = field(default_factory=list)
    _busy: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One fault at a time for each target: a polite end may take longer than the plan knows, and where two start
    the same process again there is one that nobody knows of."""

    async def play(self, plan: Sequence[Fault]) -> None:
        """Everything in its time; returns when all is mended that was begun."""
        async with asyncio.TaskGroup() as group:
            for fault in plan:
                group.create_task(self._play(fault))

    async def _play(self, fault: Fault) -> None:
        await asyncio.sleep(max(0.0, fault.at - self.around.now()))
        async with self._busy[fault.target]:
            self.log.append(f"{self.around.now():8.2f}  begins {fault}")
            async with HAPPENINGS[fault.kind](self, fault):
                await asyncio.sleep(fault.seconds)
            self.log.append(f"{self.around.now():8.2f}  over   {fault}")

    async def heal(self) -> None:
        """Whatever is left of any fault is mended."""
        around = self.around
        for way in [*around.ways.values(), around.way_out]:
            way.heal()
        around.limit_files(-1)
        (around.rules / f"{BREAKABLE}.yaml").write_text(RULES[BREAKABLE].lstrip())
        for scope in await around.store.pauses.all():
            await around.store.pauses.resume(scope)
        await self._configure({"maxmemory": "0", "min-replicas-to-write": "0"})
        await self._tell("REPLICAOF", "NO", "ONE")
        await self._clear_faults()

    async def _configure(self, settings: Mapping[str, str]) -> None:
        for name, value in settings.items():
            await self._tell("CONFIG", "SET", name, value)

    async def _tell(self, *command: str) -> None:
        redis = self.around.store.redis
        await _insist(lambda: redis.execute_command(*command))  # type: ignore[no-untyped-call]

    async def _clear_faults(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.delete(f"http://127.0.0.1:{self.around.far_port}/sandbox/faults")

    @asynccontextmanager
    async def _kill(self, fault: Fault) -> AsyncIterator[None]:
        with self.around.outage(fault.target):
            self.around.kill(fault.target)
            await self.around.gone(fault.target)
            yield
            await self._again(fault.target)

    @asynccontextmanager
    async def _stop_politely(self, fault: Fault) -> AsyncIterator[None]:
        with self.around.outage(fault.target, polite=True):
            self.around.kill(fault.target, signal.SIGTERM)
            await self.around.gone(fault.target)
            yield
            await self._again(fault.target)

    async def _again(self, name: str) -> None:
        self.around.launch(name)
        if name in RECEIVERS:
            await self.around.until_ready(name)

    @asynccontextmanager
    async def _freeze(self, fault: Fault) -> AsyncIterator[None]:
        process = self.around.parts[fault.target].process
        with self.around.outage(fault.target):
            process.send_signal(signal.SIGSTOP)
            yield
            process.send_signal(signal.SIGCONT)

    @asynccontextmanager
    async def _kill_store(self, _: Fault) -> AsyncIterator[None]:
        self.around.kill_store()
        yield
        await self.around.restart_store()

    @asynccontextmanager
    async def _freeze_store(self, _: Fault) -> AsyncIterator[None]:
        self.around.server.process.send_signal(signal.SIGSTOP)
        yield
        self.around.server.process.send_signal(signal.SIGCONT)

    @asynccontextmanager
    async def _refuses(self, _: Fault) -> AsyncIterator[None]:
        await self._configure({"maxmemory": "1"})
        yield
        await self._configure({"maxmemory": "0"})

    @asynccontextmanager
    async def _reads_only(self, _: Fault) -> AsyncIterator[None]:
        await self._tell("REPLICAOF", *CLOSED_PORT)
        yield
        await self._tell("REPLICAOF", "NO", "ONE")

    @asynccontextmanager
    async def _lacks_replicas(self, _: Fault) -> AsyncIterator[None]:
        await self._configure({"min-replicas-to-write": "1"})
        yield
        await self._configure({"min-replicas-to-write": "0"})

    @asynccontextmanager
    async def _spool_cannot_grow(self, _: Fault) -> AsyncIterator[None]:
        self.around.limit_files(SPOOL_BYTES)
        yield
        self.around.limit_files(-1)

    @asynccontextmanager
    async def _nothing_can_be_stored(self, fault: Fault) -> AsyncIterator[None]:
        async with self._refuses(fault), self._spool_cannot_grow(fault):
            yield

    @asynccontextmanager
    async def _way(self, fault: Fault) -> AsyncIterator[None]:
        way = self.around.ways[fault.target] if fault.target in CLIENTS else self.around.way_out
        match fault.kind.partition(" ")[0]:
            case "reset":
                way.reset()
            case "refuse":
                way.refuse()
            case "hang":
                way.hang()
            case _:
                way.delay = DELAY
        yield
        way.heal()

    @asynccontextmanager
    async def _at_the_far_side(self, fault: Fault) -> AsyncIterator[None]:
        order = {"route": "POST /*", "kind": fault.kind, "times": OUTLASTS, "seconds": SLOW, "retry_after": 1}
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.post(f"http://127.0.0.1:{self.around.far_port}/sandbox/faults", json=order)
        yield
        await self._clear_faults()

    @asynccontextmanager
    async def _break_rule_file(self, _: Fault) -> AsyncIterator[None]:
        path = self.around.rules / f"{BREAKABLE}.yaml"
        path.write_text(BROKEN)
        yield
        path.write_text(RULES[BREAKABLE].lstrip())

    @asynccontextmanager
    async def _pause(self, fault: Fault) -> AsyncIterator[None]:
        scope = PAUSABLE[fault.number % len(PAUSABLE)]
        await _insist(lambda: self.around.store.pauses.begin(scope, "chaos", f"fault {fault.number}"))
        yield
        await _insist(lambda: self.around.store.pauses.resume(scope))


async def _insist(work: Callable[[], Awaitable[object]]) -> None:
    """A person tries again when the store is away."""
    while True:
        try:
            await work()
        except (RedisError, OSError):
            await asyncio.sleep(0.2)
        else:
            return


HAPPENINGS: Mapping[str, Happening] = {
    "kill": Injector._kill,
    "kill store": Injector._kill_store,
    "stop politely": Injector._stop_politely,
    "freeze": Injector._freeze,
    "freeze past leases": Injector._freeze,
    "freeze store": Injector._freeze_store,
    "store refuses": Injector._refuses,
    "store reads only": Injector._reads_only,
    "store lacks replicas": Injector._lacks_replicas,
    "spool cannot grow": Injector._spool_cannot_grow,
    "nothing can be stored": Injector._nothing_can_be_stored,
    "reset way to store": Injector._way,
    "refuse way to store": Injector._way,
    "hang way to store": Injector._way,
    "delay way to store": Injector._way,
    "reset way out": Injector._way,
    "hang way out": Injector._way,
    **dict.fromkeys(
        ("slow", "too_many_requests", "server_error", "reset_before", "reset_after"), Injector._at_the_far_side
    ),
    "break rule file": Injector._break_rule_file,
    "pause": Injector._pause,
}
