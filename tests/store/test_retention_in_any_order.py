"""Whatever happens to events in whatever order: unfinished work survives whole, what is over goes wholly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.client import Store, open_store
from store.deadletters import DeadLetter
from store.retention import SPARE_MS, Bounds, Keep
from store.runs import Claim, RunId
from tests.store.builders import ALL_LANES, accept, an_event
from tests.store.finished import FALLBACK, RULE, act, rewind


@dataclass
class Known:
    """What the test knows of one event."""

    waits: bool
    open: set[str]
    dead: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    unsent: bool = False
    ready: bool = False

    @property
    def unfinished(self) -> bool:
        return bool(self.open or self.dead or self.unsent)


class Life:
    """Events arrive, are worked on, parked, given up, dealt with and grow old; at any time the old ones are removed.

    What happens next is drawn from a seed and from what there is by then, since ids and times are the store's own.
    """

    def __init__(self, url: str, seed: int) -> None:
        self.url, self.random = url, Random(seed)
        self.runner = asyncio.Runner()
        self.known: dict[str, Known] = {}
        self.store = self.do(self._open())

    async def _open(self) -> Store:
        store = open_store(self.url, timeout=30.0)
        await store.redis.flushall()
        return store

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def live(self, steps: int) -> None:
        """So many things happen."""
        for _ in range(steps):
            possible = [step for holds, step in self._steps() if holds]
            self.random.choice(possible)()

    def _steps(self) -> list[tuple[bool, Callable[[], None]]]:
        known = list(self.known.values())
        return [
            (True, self.arrive),
            (any(each.open for each in known), self.work),
            (any(each.unsent for each in known), self.send),
            (any(each.unsent for each in known), self.give_up_sending),
            (any(each.dead for each in known), self.deal_with_the_dead),
            (bool(known), self.grow_old),
            (bool(known), self.remove_the_old),
        ]

    def end(self) -> None:
        self.do(self.store.close())
        self.runner.close()

    def arrive(self) -> None:
        waits, connection = self.random.choice([True, False]), self.random.choice(["desk", "other"])
        event = an_event("tool-calls" if waits else "status-update", connection=connection)
        self.do(accept(self.store, event))
        self.known[event.id] = Known(waits, {event.id}, unsent=waits)

    def work(self) -> None:
        for job in self.do(self.store.queue.claim("w", ALL_LANES)).jobs:
            how = self.random.choice(["end", "act", "park", "hold", "die", "answer"])
            self.do(getattr(self, f"_{how}")(job.claim, *self._of(job.claim.job_id)))

    def _of(self, job_id: str) -> tuple[str, Known]:
        event_id = next(event_id for event_id in self.known if event_id in job_id)
        return event_id, self.known[event_id]

    async def _end(self, claim: Claim, event_id: str, known: Known) -> None:
        await self.store.queue.finish(claim, event_id, {"rule:tell:": b"{}"})
        known.open.discard(claim.job_id)

    async def _act(self, claim: Claim, event_id: str, known: Known) -> None:
        await act(self.store, claim, RunId(event_id, "tell"), f"v{len(self.known) % 3}")
        await self._end(claim, event_id, known)

    async def _park(self, claim: Claim, event_id: str, known: Known, delay: float = 0.0) -> None:
        run_id = RunId.parse(claim.job_id) if claim.job_id.startswith("run:") else RunId(event_id, "later")
        version = f"v{len(self.known) % 3}"
        await self.store.runs.keep_version(version, b"rule")
        await self.store.runs.park(claim, run_id, delay, version)
        if claim.job_id != run_id.job_id:
            known.open |= {run_id.job_id} - known.own
            await self._end(claim, event_id, known)
        known.own.add(run_id.job_id)

    async def _hold(self, claim: Claim, event_id: str, known: Known) -> None:
        await self._park(claim, event_id, known, 3600.0)

    async def _die(self, claim: Claim, event_id: str, known: Known) -> None:
        letter = DeadLetter(claim.job_id, event_id, "tell", "s", "no", 1)
        await self.store.dead.bury(claim, letter)
        await self.store.queue.finish(claim, event_id, {}, outcome="dead")
        known.open.discard(claim.job_id)
        known.dead.add(claim.job_id)

    async def _answer(self, claim: Claim, event_id: str, known: Known) -> None:
        if known.waits:
            known.ready |= await self.store.answers.settle(claim, event_id, "t1", RULE) == "set"
        await self._end(claim, event_id, known)

    def _pick(self, fits: Callable[[Known], Any]) -> str:
        return self.random.choice([event_id for event_id, known in self.known.items() if fits(known)])

    def send(self) -> None:
        event_id = self._pick(lambda known: known.unsent)
        self.do(self.store.answers.collect(event_id, ["t1"], FALLBACK, close=True))
        self.do(self.store.answers.mark_sent(event_id, ["t1"]))
        self.known[event_id].unsent = self.known[event_id].ready = False

    def give_up_sending(self) -> None:
        for event_id, known in self.known.items():
            if known.unsent:
                self.do(self.store.redis.zadd("hs:unsent", {event_id: 1}))
        self.do(self.store.queue.enqueue_unsent())
        for event_id, known in self.known.items():
            late = f"late:{event_id}"
            if known.unsent and late not in known.open:
                known.unsent = False
                known.open |= {late} if known.ready else set()

    def deal_with_the_dead(self) -> None:
        again = self.random.choice([True, False])
        known = self.known[self._pick(lambda known: known.dead)]
        work_id = self.random.choice(sorted(known.dead))
        letter = self.do(self.store.dead.get(work_id))
        assert self.do(self.store.dead.retry(letter) if again else self.store.dead.drop(letter))
        known.dead.discard(work_id)
        known.open |= {work_id} if again else set()
        known.own |= {work_id} if again else set()

    def grow_old(self) -> None:
        self.do(rewind(self.store, self._pick(lambda _: True), self.random.choice([0.5, 3, 8, 31])))

    def remove_the_old(self) -> None:
        days, most = self.random.choice([0, 1, 7, 30]), self.random.randint(0, 8)
        other = self.random.choice([None, 0, 5])
        now = self.do(self.store.retention.now_ms())
        connections = {} if other is None else {"other": other * 86_400}
        bounds = Keep(days * 86_400, most, connections).bounds(now)
        expected = self.do(self._expected(bounds))
        before = self.do(self._everything(expected))
        assert self.do(self.store.retention.whole_pass(bounds)) == len(expected)
        self.do(self.store.retention.forget_versions(now + 2 * SPARE_MS))
        assert self.do(self._everything(set())) == before
        assert self.do(self._versions_in_use()) == self.do(self._versions_kept())
        assert self.do(self._calls_listed()) == self.do(self._calls_kept())
        self.known = {event_id: known for event_id, known in self.known.items() if event_id not in expected}

    async def _expected(self, bounds: Bounds) -> set[str]:
        found = await self.store.redis.zrange("hs:events", 0, -1, withscores=True)
        going: set[str] = set()
        for name, received in found:
            event_id = name.decode()
            connection, done_at = await self.store.redis.hmget(f"hs:event:{event_id}", ["connection", "done_at"])
            before = bounds.connections.get(connection.decode(), bounds.before_ms)
            old = received < before and int(done_at or 0) < before
            excess = bounds.most and len(found) - len(going) > bounds.most
            if (old or excess) and not self.known[event_id].unfinished:
                going.add(event_id)
        return going

    async def _everything(self, but: set[str]) -> dict[str, Any]:
        """All that is in the store, without what belongs to some events and what belongs to no event."""
        shared = ("hs:memory:", "hs:calls", "hs:unused-versions", "hs:version", "hs:workers", "hs:token")
        names = sorted([name.decode() async for name in self.store.redis.scan_iter()])
        own = [name for name in names if not name.startswith(shared) and not any(event_id in name for event_id in but)]
        found = {name: await self._value(name, but) for name in own}
        return {name: value for name, value in found.items() if value}

    async def _versions_in_use(self) -> set[str]:
        runs = [name async for name in self.store.redis.scan_iter(match="hs:run:*")]
        return {(await self.store.redis.hget(name, "version") or b"").decode() for name in runs}

    async def _versions_kept(self) -> set[str]:
        names = [name.decode() async for name in self.store.redis.scan_iter(match="hs:version:*")]
        return {name.removeprefix("hs:version:") for name in names}

    async def _calls_listed(self) -> set[str]:
        return {name.decode() for name in await self.store.redis.zrange("hs:calls", 0, -1)}

    async def _calls_kept(self) -> set[str]:
        names = [name.decode() async for name in self.store.redis.scan_iter(match="hs:call:*")]
        return {name.removeprefix("hs:call:") for name in names}

    async def _value(self, name: str, but: set[str]) -> Any:
        kind = (await self.store.redis.type(name)).decode()
        if kind != "zset":
            return await self.store.redis.dump(name)
        members = await self.store.redis.zrange(name, 0, -1, withscores=True)
        return [pair for pair in members if not any(event_id in pair[0].decode() for event_id in but)]


@pytest.mark.timeout(300)
@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_unfinished_work_survives_whole_and_what_is_over_goes_wholly(store_url: str, seed: int) -> None:
    life = Life(store_url, seed)
    try:
        life.live(30)
    finally:
        life.end()
