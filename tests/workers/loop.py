"""A worker in this process, and jobs that say what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from arq.worker import func

from store.client import Store
from workers.worker import LeasedWorker

SLOTS = {"live": 4, "background": 2, "bulk": 1}


class Jobs:
    """Job functions of a test: what they were given, and when they may end."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.began: list[str] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self.contexts: dict[str, Any] = {}
        self.gate = asyncio.Event()
        self.error: Callable[[], BaseException | None] = lambda: None

    async def handle(self, ctx: Any, event_id: str) -> None:
        self.began.append(event_id)
        self.contexts[event_id] = ctx
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(event_id)
            raise
        error = self.error()
        if error:
            raise error
        self.ended.append(event_id)
        await self.store.queue.finish(ctx["lease"].claim, event_id, {})


def worker_on(store: Store, handle: Any, slots: dict[str, int] | None = None) -> LeasedWorker:
    return LeasedWorker(store, [func(handle, name="event")], name="w", slots=slots or SLOTS, ctx={})


@asynccontextmanager
async def running(worker: LeasedWorker, grace: float = 0.0) -> AsyncIterator[asyncio.Task[None]]:
    main = asyncio.create_task(worker.main())
    try:
        yield main
    finally:
        await worker.stop(grace)
        await main


async def until(condition: Callable[[], Any], seconds: float = 1.5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def tries_of(store: Store, job_id: str) -> int:
    return int(await store.redis.get(f"arq:retry:{job_id}") or 0)


async def buried(store: Store, job_id: str) -> None:
    async with asyncio.timeout(30):
        in_progress = f"arq:in-progress:{job_id}"
        while not await store.dead.get(job_id) or await store.redis.exists(in_progress):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
