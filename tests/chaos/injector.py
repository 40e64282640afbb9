"""Makes the faults of a plan happen to an installation, and mends each of them again."""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx
from redis.exceptions import RedisError

from tests.chaos.installation import Installation
from tests.chaos.plan import CLIENTS, RECEIVERS, Fault, parts_of
from tests.chaos.scene import BREAKABLE, BROKEN, EDITABLE, PAUSABLE, RULES

DELAY = 0.15
"""Seconds that everything takes longer on a slow way."""
SPOOL_BYTES = 2048
"""Less than any page of the spool."""
TOO_LATE = 5.0
"""Seconds after its time in which a fault may still begin: those before it took longer than planned, and where all
that was planned came one upon the other, nothing would ever get to its feet in between."""
LAST_BYTES = 700
"""What is left on the disk of the store: less than an event takes, so that the last write is torn."""
DRAINS_WITHIN = 3.0
"""Seconds in which a receiver begins to bring what is spooled, once it can; it looks every second."""
SLOW = 3.0
"""Seconds a slow answer takes: longer than the timeout of a step."""
RETRIED = 50
"""How many letters a person looks at."""
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
        """Everything in its time, or not at all; returns when all is mended that was begun."""
        async with asyncio.TaskGroup() as group:
            for fault in plan:
                group.create_task(self._play(fault))

    async def _play(self, fault: Fault) -> None:
        await asyncio.sleep(max(0.0, fault.at - self.around.now()))
        async with AsyncExitStack() as alone:
            for part in sorted(parts_of(fault.target)):
                await alone.enter_async_context(self._busy[part])
            if self.around.now() > fault.at + TOO_LATE:
                self.log.append(f"{self.around.now():8.2f}  left out {fault}")
                return
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
        self._write_rule(BREAKABLE, RULES[BREAKABLE])
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
        await _insist(lambda: self._ask_far_side("DELETE"))

    async def _ask_far_side(self, method: str, order: Mapping[str, object] | None = None) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.request(method, f"http://127.0.0.1:{self.around.far_port}/sandbox/faults", json=order)

    def _write_rule(self, name: str, text: str) -> None:
        """As editors save: whoever reads sees the old file or the new one."""
        fresh = self.around.rules / f"{name}.new"
        fresh.write_text(text.lstrip())
        fresh.replace(self.around.rules / f"{name}.yaml")

    @asynccontextmanager
    async def _kill(self, fault: Fault) -> AsyncIterator[None]:
        async with self._killed(*parts_of(fault.target)):
            yield

    @asynccontextmanager
    async def _killed(self, *names: str) -> AsyncIterator[None]:
        with self.around.outage(*names):
            for name in names:
                self.around.kill(name)
            await asyncio.gather(*map(self.around.gone, names))
            yield
            await asyncio.gather(*map(self._again, names))

    @asynccontextmanager
    async def _kill_while_draining(self, fault: Fault) -> AsyncIterator[None]:
        """Something is spooled, and while it is brought nobody is left who knows how far that went."""
        way, spool = self.around.ways[fault.target], self.around.spool
        way.refuse()
        yield
        spooled, until = spool.count(), self.around.now() + DRAINS_WITHIN
        way.heal()
        while spool.count() >= spooled and self.around.now() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        async with self._killed(fault.target):
            pass

    @asynccontextmanager
    async def _power_cut(self, _: Fault) -> AsyncIterator[None]:
        self.around.kill_store()
        async with self._killed(*CLIENTS):
            yield
            await self.around.restart_store()

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
        names = parts_of(fault.target)
        with self.around.outage(*names):
            for name in names:
                self.around.parts[name].process.send_signal(signal.SIGSTOP)
            yield
            for name in names:
                self.around.parts[name].process.send_signal(signal.SIGCONT)

    @asynccontextmanager
    async def _kill_store(self, _: Fault) -> AsyncIterator[None]:
        self.around.kill_store()
        yield
        await self.around.restart_store()

    @asynccontextmanager
    async def _disk_of_store_is_full(self, _: Fault) -> AsyncIterator[None]:
        """It ends in the middle of a write, and is started again when there is room."""
        self.around.limit_store(LAST_BYTES)
        yield
        self.around.kill_store()
        await self.around.restart_store()

    @asynccontextmanager
    async def _forget_scripts(self, _: Fault) -> AsyncIterator[None]:
        await self._tell("SCRIPT", "FLUSH")
        yield

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
    async def _lose_connections(self, fault: Fault) -> AsyncIterator[None]:
        self.around.ways[fault.target].lose()
        yield

    @asynccontextmanager
    async def _lose_replies(self, fault: Fault) -> AsyncIterator[None]:
        way = self.around.ways[fault.target]
        way.mute()
        yield
        way.reset()

    @asynccontextmanager
    async def _at_the_far_side(self, fault: Fault) -> AsyncIterator[None]:
        order = {"route": "POST /*", "kind": fault.kind, "times": OUTLASTS, "seconds": SLOW, "retry_after": 1}
        await _insist(lambda: self._ask_far_side("POST", order))
        yield
        await self._clear_faults()

    @asynccontextmanager
    async def _break_rule_file(self, _: Fault) -> AsyncIterator[None]:
        self._write_rule(BREAKABLE, BROKEN)
        yield
        self._write_rule(BREAKABLE, RULES[BREAKABLE])

    @asynccontextmanager
    async def _edit_rule(self, fault: Fault) -> AsyncIterator[None]:
        """Another version of a rule is in force from now on; what has begun goes on in its own."""
        name = EDITABLE[fault.number % len(EDITABLE)]
        self._write_rule(name, RULES[name].replace("description: ", f"description: Edit {fault.number}. ", 1))
        yield

    @asynccontextmanager
    async def _pause(self, fault: Fault) -> AsyncIterator[None]:
        scope = PAUSABLE[fault.number % len(PAUSABLE)]
        await _insist(lambda: self.around.store.pauses.begin(scope, "chaos", f"fault {fault.number}"))
        yield
        await _insist(lambda: self.around.store.pauses.resume(scope))

    @asynccontextmanager
    async def _retry_letters(self, _: Fault) -> AsyncIterator[None]:
        """A person has another go at what ran out of time. What is in doubt is left alone: it may have happened."""
        await _insist(self._retry_what_may_be)
        yield

    async def _retry_what_may_be(self) -> None:
        dead = self.around.store.dead
        async for letter in dead.newest(RETRIED):
            if not letter.reason.startswith("in doubt"):
                await dead.retry(letter)


async def _insist(work: Callable[[], Awaitable[object]]) -> None:
    """A person tries again when somebody is away or too busy to listen."""
    while True:
        try:
            await work()
        except (RedisError, OSError, httpx.TransportError):
            await asyncio.sleep(0.2)
        else:
            return


HAPPENINGS: Mapping[str, Happening] = {
    "kill": Injector._kill,
    "kill both": Injector._kill,
    "kill while draining": Injector._kill_while_draining,
    "kill store": Injector._kill_store,
    "power cut": Injector._power_cut,
    "disk of the store is full": Injector._disk_of_store_is_full,
    "stop politely": Injector._stop_politely,
    "freeze": Injector._freeze,
    "freeze past leases": Injector._freeze,
    "freeze both": Injector._freeze,
    "freeze store": Injector._freeze_store,
    "store refuses": Injector._refuses,
    "store reads only": Injector._reads_only,
    "store lacks replicas": Injector._lacks_replicas,
    "spool cannot grow": Injector._spool_cannot_grow,
    "nothing can be stored": Injector._nothing_can_be_stored,
    "forget scripts": Injector._forget_scripts,
    "reset way to store": Injector._way,
    "refuse way to store": Injector._way,
    "hang way to store": Injector._way,
    "delay way to store": Injector._way,
    "lose connections to store": Injector._lose_connections,
    "lose replies of store": Injector._lose_replies,
    "reset way out": Injector._way,
    "hang way out": Injector._way,
    **dict.fromkeys(
        ("slow", "too_many_requests", "server_error", "reset_before", "reset_after"), Injector._at_the_far_side
    ),
    "break rule file": Injector._break_rule_file,
    "edit rule": Injector._edit_rule,
    "pause": Injector._pause,
    "retry letters": Injector._retry_letters,
}
