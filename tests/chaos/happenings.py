"""The faults of a plan as they happen: each begins, lasts for as long as it is left to, and is mended again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests.chaos.hands import Hands, insist
from tests.chaos.plan import CLIENTS, Fault, parts_of
from tests.chaos.scene import BREAKABLE, BROKEN, EDITABLE, PAUSABLE, RULES

DELAY = 0.15
"""Seconds that everything takes longer on a slow way."""
SPOOL_BYTES = 2048
"""Less than any page of the spool."""
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

Happening = Callable[[Hands, Fault], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def kill(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    async with hands.killed(*parts_of(fault.target)):
        yield


@asynccontextmanager
async def kill_while_draining(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    """Something is spooled, and while it is brought nobody is left who knows how far that went."""
    way, spool = hands.around.ways[fault.target], hands.around.spool
    way.refuse()
    yield
    spooled, until = spool.count(), hands.around.now() + DRAINS_WITHIN
    way.heal()
    while spool.count() >= spooled and hands.around.now() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    async with hands.killed(fault.target):
        pass


@asynccontextmanager
async def power_cut(hands: Hands, _: Fault) -> AsyncIterator[None]:
    hands.around.kill_store()
    async with hands.killed(*CLIENTS):
        yield
        await hands.around.restart_store()


@asynccontextmanager
async def stop_politely(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    with hands.around.outage(fault.target, polite=True):
        hands.around.kill(fault.target, signal.SIGTERM)
        await hands.around.gone(fault.target)
        yield
        await hands.again(fault.target)


@asynccontextmanager
async def freeze(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    names = parts_of(fault.target)
    with hands.around.outage(*names):
        for name in names:
            hands.around.parts[name].process.send_signal(signal.SIGSTOP)
        yield
        for name in names:
            hands.around.parts[name].process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def kill_store(hands: Hands, _: Fault) -> AsyncIterator[None]:
    hands.around.kill_store()
    yield
    await hands.around.restart_store()


@asynccontextmanager
async def disk_of_store_is_full(hands: Hands, _: Fault) -> AsyncIterator[None]:
    """It ends in the middle of a write, and is started again when there is room."""
    hands.around.limit_store(LAST_BYTES)
    yield
    hands.around.kill_store()
    await hands.around.restart_store()


@asynccontextmanager
async def forget_scripts(hands: Hands, _: Fault) -> AsyncIterator[None]:
    await hands.tell("SCRIPT", "FLUSH")
    yield


@asynccontextmanager
async def freeze_store(hands: Hands, _: Fault) -> AsyncIterator[None]:
    hands.around.server.process.send_signal(signal.SIGSTOP)
    yield
    hands.around.server.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def refuses(hands: Hands, _: Fault) -> AsyncIterator[None]:
    await hands.configure({"maxmemory": "1"})
    yield
    await hands.configure({"maxmemory": "0"})


@asynccontextmanager
async def reads_only(hands: Hands, _: Fault) -> AsyncIterator[None]:
    await hands.tell("REPLICAOF", *CLOSED_PORT)
    yield
    await hands.tell("REPLICAOF", "NO", "ONE")


@asynccontextmanager
async def lacks_replicas(hands: Hands, _: Fault) -> AsyncIterator[None]:
    await hands.configure({"min-replicas-to-write": "1"})
    yield
    await hands.configure({"min-replicas-to-write": "0"})


@asynccontextmanager
async def spool_cannot_grow(hands: Hands, _: Fault) -> AsyncIterator[None]:
    hands.around.limit_files(SPOOL_BYTES)
    yield
    hands.around.limit_files(-1)


@asynccontextmanager
async def nothing_can_be_stored(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    async with refuses(hands, fault), spool_cannot_grow(hands, fault):
        yield


@asynccontextmanager
async def trouble_on_the_way(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    way = hands.around.ways[fault.target] if fault.target in CLIENTS else hands.around.way_out
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
async def lose_connections(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    hands.around.ways[fault.target].lose()
    yield


@asynccontextmanager
async def lose_replies(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    way = hands.around.ways[fault.target]
    way.mute()
    yield
    way.reset()


@asynccontextmanager
async def at_the_far_side(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    order = {"route": "POST /*", "kind": fault.kind, "times": OUTLASTS, "seconds": SLOW, "retry_after": 1}
    await insist(lambda: hands.ask_far_side("POST", order))
    yield
    await hands.clear_faults()


@asynccontextmanager
async def break_rule_file(hands: Hands, _: Fault) -> AsyncIterator[None]:
    hands.write_rule(BREAKABLE, BROKEN)
    yield
    hands.write_rule(BREAKABLE, RULES[BREAKABLE])


@asynccontextmanager
async def edit_rule(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    """Another version of a rule is in force from now on; what has begun goes on in its own."""
    name = EDITABLE[fault.number % len(EDITABLE)]
    hands.write_rule(name, RULES[name].replace("description: ", f"description: Edit {fault.number}. ", 1))
    yield


@asynccontextmanager
async def pause(hands: Hands, fault: Fault) -> AsyncIterator[None]:
    scope = PAUSABLE[fault.number % len(PAUSABLE)]
    await insist(lambda: hands.around.store.pauses.begin(scope, "chaos", f"fault {fault.number}"))
    yield
    await insist(lambda: hands.around.store.pauses.resume(scope))


@asynccontextmanager
async def retry_letters(hands: Hands, _: Fault) -> AsyncIterator[None]:
    """A person has another go at what ran out of time. What is in doubt is left alone: it may have happened."""
    await insist(lambda: _retry_what_may_be(hands))
    yield


async def _retry_what_may_be(hands: Hands) -> None:
    dead = hands.around.store.dead
    async for letter in dead.newest(RETRIED):
        if not letter.reason.startswith("in doubt"):
            await dead.retry(letter)


HAPPENINGS: Mapping[str, Happening] = {
    "kill": kill,
    "kill both": kill,
    "kill while draining": kill_while_draining,
    "kill store": kill_store,
    "power cut": power_cut,
    "disk of the store is full": disk_of_store_is_full,
    "stop politely": stop_politely,
    "freeze": freeze,
    "freeze past leases": freeze,
    "freeze both": freeze,
    "freeze store": freeze_store,
    "store refuses": refuses,
    "store reads only": reads_only,
    "store lacks replicas": lacks_replicas,
    "spool cannot grow": spool_cannot_grow,
    "nothing can be stored": nothing_can_be_stored,
    "forget scripts": forget_scripts,
    "reset way to store": trouble_on_the_way,
    "refuse way to store": trouble_on_the_way,
    "hang way to store": trouble_on_the_way,
    "delay way to store": trouble_on_the_way,
    "lose connections to store": lose_connections,
    "lose replies of store": lose_replies,
    "reset way out": trouble_on_the_way,
    "hang way out": trouble_on_the_way,
    **dict.fromkeys(("slow", "too_many_requests", "server_error", "reset_before", "reset_after"), at_the_far_side),
    "break rule file": break_rule_file,
    "edit rule": edit_rule,
    "pause": pause,
    "retry letters": retry_letters,
}
