"""The arq worker as we need it: woken instead of polling, claiming in batches under leases, never losing a job.

It keeps arq's keys, job format, functions and context. What differs: one script claims for all lanes; a claimed job
stays in its queue until it is finished; an unknown function, an undecodable payload, a bug or a job that keeps killing
its workers becomes a dead letter and never simply vanishes; a store that is away is waited for.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any

from arq.jobs import DeserializationError, deserialize_job_raw
from arq.worker import Function, Worker
from redis.exceptions import RedisError

from store import keys
from store.about import now_about
from store.client import Store
from store.deadletters import DeadLetter
from store.link import deserialise, serialise
from store.published import published
from store.queue import Batch, ClaimedJob, event_of, job_for
from store.runs import Claim, LeaseLostError
from store.scripting import is_away
from store.spans import span
from store.tasks import end, is_asked_to_end
from workers.lease import Lease
from workers.observer import Observer

logger = logging.getLogger(__name__)

POLL = 0.03
"""Seconds between looks at the queue when no notification comes; this bounds the pickup when one is lost."""

SILENCE = 5.0
"""Seconds without a notification after which the store is asked whether it is still there."""

RENEW_EVERY = 1.2
"""Seconds between renewals of leases; a third of the shortest lease."""

AGAIN = 0.25
"""Seconds before a helper that failed begins again."""

MAX_TRIES = 5
"""How often a job is tried whose handling fails outside any step: a bug of ours."""

MAX_CLAIMS = 20
"""How often a job is taken up whose workers die or lose it, before it is taken to be what kills them."""


class LeasedWorker(Worker):
    """Runs the jobs of all lanes in one process, with slots for each lane."""

    def __init__(
        self, store: Store, functions: Sequence[Function], *, name: str, slots: Mapping[str, int], ctx: dict[Any, Any]
    ) -> None:
        super().__init__(
            functions, redis_pool=store.redis, handle_signals=False, ctx=ctx, max_jobs=sum(slots.values()),
            job_serializer=serialise, job_deserializer=deserialise, keep_result=0,
        )  # fmt: skip
        self.store = store
        self.name = name
        self.slots = dict(slots)
        self._leases: dict[str, Lease] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        self.observer = Observer()

    async def main(self) -> None:
        """Claim and run jobs until told to stop, through any absence of the store."""
        helpers = [asyncio.create_task(self._keep_up(each)) for each in (self._listen, self._renew_in_time)]
        try:
            while not self._stopping:
                await self._sleep(await self._look())
            while self.tasks:
                await asyncio.wait(set(self.tasks.values()))
        finally:
            await end(*helpers)

    async def stop(self, grace: float) -> None:
        """Claim nothing more, let running jobs finish for `grace` seconds, give the rest back without using a try."""
        self._stopping = True
        self._woken.set()
        running = set(self.tasks.values())
        if running:
            _, unfinished = await asyncio.wait(running, timeout=grace)
            await end(*unfinished)

    async def _look(self) -> float | None:
        """Claim what there is room for; returns seconds until something else is due."""
        room = self.room()
        if not any(room.values()):
            return None
        asked_at = asyncio.get_running_loop().time()
        try:
            batch = await self.store.queue.claim(self.name, room)
        except (RedisError, OSError) as error:
            logger.warning("the store is away, trying again", extra={"error": repr(error)})
            await asyncio.sleep(0.2 + random.random() * 0.3)  # noqa: S311
            return 0.0
        if self._stopping:
            await asyncio.gather(*(self._give_back(job.claim) for job in batch.jobs))
        else:
            self._start(batch, asked_at)
        return batch.next_due

    def room(self) -> dict[str, int]:
        """Free slots by lane. A job whose last write is on its way needs none: the next claim shares a trip with it."""
        held = Counter(lease.claim.lane for lease in self._leases.values() if not lease.claim.ends)
        return {lane: max(0, count - held[lane]) for lane, count in self.slots.items()}

    def _start(self, batch: Batch, asked_at: float) -> None:
        for job in batch.jobs:
            lease = Lease(job.claim, batch.now_ms, asked_at)
            self._leases[job.claim.token] = lease
            job.claim.when_ending = self._woken.set
            self.observer.claimed(job.claim)
            task = asyncio.create_task(self._work(job, lease), name=job.claim.job_id)
            self.tasks[job.claim.token] = task
            task.add_done_callback(lambda _, claim=job.claim: self._done(claim))  # type: ignore[misc]

    def _done(self, claim: Claim) -> None:
        del self.tasks[claim.token], self._leases[claim.token]
        if not claim.ends:
            self._woken.set()

    async def _sleep(self, next_due: float | None) -> None:
        wait = POLL if next_due is None else min(POLL, next_due)
        try:
            async with asyncio.timeout(wait):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _work(self, job: ClaimedJob, lease: Lease) -> None:
        """Run one job to its end, whatever that is. This is a process edge: nothing may escape."""
        now_about(event_of(job.claim.job_id))
        try:
            await self._call(job, lease)
            self.jobs_complete += 1
        except GeneratorExit:
            raise
        except BaseException as error:  # noqa: BLE001
            await self._after_failure(job.claim, list(causes(error)))

    async def _after_failure(self, claim: Claim, errors: Sequence[BaseException]) -> None:
        """What comes of a failed job; rules run side by side, so several things may have gone wrong at once."""
        bugs = [error for error in errors if not (isinstance(error, LeaseLostError) or is_away(error))]
        if is_asked_to_end() and any(isinstance(error, asyncio.CancelledError) for error in errors):
            self.observer.ended(claim, "returned")
            await self._give_back(claim)
        elif any(isinstance(error, LeaseLostError) for error in errors):
            self.observer.ended(claim, "lost")
            logger.warning("lease lost, somebody else goes on", extra={"job_id": claim.job_id})
        elif not bugs:
            self.observer.ended(claim, "returned")
            logger.warning("the store failed under a job", extra={"job_id": claim.job_id, "error": repr(errors[0])})
            await self._give_back(claim, delay=0.5)
        else:
            for bug in bugs:
                logger.error("a job failed", extra={"job_id": claim.job_id, "tries": claim.tries}, exc_info=bug)
            await self._after_bug(claim, bugs[0])

    async def _call(self, job: ClaimedJob, lease: Lease) -> None:
        if job.claim.tries > MAX_CLAIMS:
            await self._bury(job.claim, f"taken up {MAX_CLAIMS} times and never brought to an end")
            return
        try:
            payload = job.payload or job_for(job.claim.job_id)
            name, args, kwargs, _, _ = deserialize_job_raw(payload, deserializer=deserialise)
        except DeserializationError:
            await self._bury(job.claim, "the job's payload cannot be read")
            return
        function = self.functions.get(name)
        if function is None:
            await self._bury(job.claim, f"no function is called {name!r}", job.payload)
            return
        context = {**self.ctx, "job_id": job.claim.job_id, "job_try": job.claim.tries, "job": job, "lease": lease}
        with span(f"job {name}", kind="consumer", parent=job.traceparent):
            await function.coroutine(context, *args, **kwargs)
        self.observer.ended(job.claim, "done")

    async def _after_bug(self, claim: Claim, error: BaseException) -> None:
        try:
            if claim.tries < MAX_TRIES:
                self.observer.ended(claim, "failed")
                await self.store.queue.release(claim, 2.0**claim.tries, counts_as_try=True)
                self.jobs_retried += 1
            else:
                await self._bury(claim, f"handling failed: {type(error).__name__}")
        except (RedisError, OSError, LeaseLostError):
            logger.warning("could not give the job back, its lease will run out", extra={"job_id": claim.job_id})

    async def _bury(self, claim: Claim, reason: str, payload: bytes = b"") -> None:
        event_id = event_of(claim.job_id)
        letter = DeadLetter(claim.job_id, event_id, "", "", reason, claim.tries, payload=payload.decode())
        await self.store.dead.bury(claim, letter)
        await self.store.queue.finish(claim, event_id, {}, outcome="dead")
        logger.error("dead letter", extra={"job_id": claim.job_id, "reason": reason})
        self.jobs_failed += 1
        self.observer.ended(claim, "dead")

    async def _give_back(self, claim: Claim, delay: float = 0.0) -> None:
        """Whoever ends us asks again and again, and the store must hear of it all the same."""
        giving = asyncio.create_task(self.store.queue.release(claim, delay))
        while not giving.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({giving})
        try:
            giving.result()
        except (RedisError, OSError):
            logger.warning("could not give the job back, its lease will run out", extra={"job_id": claim.job_id})

    async def _keep_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Again and again. This is a process edge: without its helpers a worker would lose every lease."""
        while True:
            try:
                await work()
            except (RedisError, OSError):
                await asyncio.sleep(AGAIN)
            except Exception:
                logger.exception("a helper of the worker failed, it begins again")
                await asyncio.sleep(AGAIN)

    async def _listen(self) -> None:
        async with aclosing(published(self.store.redis, keys.WAKE, silence=SILENCE)) as chunks:
            async for _ in chunks:
                self._woken.set()

    async def _renew_in_time(self) -> None:
        await asyncio.sleep(RENEW_EVERY)
        await self._renew()

    async def _renew(self) -> None:
        asked_at = asyncio.get_running_loop().time()
        leases = {token: lease for token, lease in self._leases.items() if not lease.claim.ends}
        try:
            lost = await self.store.queue.renew([lease.claim for lease in leases.values()])
        except (RedisError, OSError):
            lost = {token for token, lease in leases.items() if not lease.holds}
        else:
            for token in leases.keys() - lost:
                leases[token].renewed_at = asked_at
        for token in lost:
            self._let_go(token, leases[token].claim)

    def _let_go(self, token: str, claim: Claim) -> None:
        """Somebody else may have the job by now. One that is over, or all but over, is left alone."""
        task = self.tasks.get(token)
        if task and not claim.ends:
            logger.warning("lease lost, stopping the job", extra={"job_id": claim.job_id})
            task.cancel()


def causes(error: BaseException) -> Iterator[BaseException]:
    """What really failed: the error itself, or the members of a group of errors."""
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from causes(member)
    else:
        yield error
