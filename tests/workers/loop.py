"""A worker in this process, and jobs that say what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
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


async def until(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def tries_of(store: Store, job_id: str) -> int:
    return int(await store.redis.get(f"arq:retry:{job_id}") or 0)


async def eventually(holds: Callable[[], Awaitable[Any]]) -> None:
    """`until`, for what the store has to be asked."""
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def let_go(store: Store, job_id: str) -> None:
    """Until nobody has the job in hand."""

    async def free() -> bool:
        return not await store.redis.exists(f"arq:in-progress:{job_id}")

    await eventually(free)


async def buried(store: Store, job_id: str) -> None:
    await eventually(lambda: store.dead.get(job_id))
    await let_go(store, job_id)


def calls_of(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[None]:
    """An entry for each time this coroutine of the owner has been gone through, from now on."""
    original, over = getattr(owner, name), list[None]()

    async def counted(*arguments: Any, **named: Any) -> Any:
        try:
            return await original(*arguments, **named)
        finally:
            over.append(None)

    monkeypatch.setattr(owner, name, counted)
    return over


async def more(calls: list[None], count: int = 2) -> None:
    """Until there have been so many more; the second of two began after this one was asked for."""
    enough = len(calls) + count
    await until(lambda: len(calls) >= enough)


def far_off(monkeypatch: pytest.MonkeyPatch, store: Store) -> list[float]:
    """Jobs that are given back are due a thousand times later than they would be; the seconds they were given."""
    release, given = store.queue.release, list[float]()

    async def stretched(claim: Any, delay: float = 0.0, **how: Any) -> None:
        given.append(delay)
        await release(claim, delay * 1000, **how)

    monkeypatch.setattr(store.queue, "release", stretched)
    return given
