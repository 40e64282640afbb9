"""arq as it comes, on the same server: what our worker is measured against."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from arq.connections import ArqRedis
from arq.worker import Function, Worker
from redis.asyncio import ConnectionPool


@asynccontextmanager
async def stock_arq(url: str) -> AsyncIterator[ArqRedis]:
    """A client with arq's own settings: pickle, its own queue."""
    redis = ArqRedis(ConnectionPool.from_url(url))
    try:
        yield redis
    finally:
        await redis.aclose(close_connection_pool=True)


def stock_worker(redis: ArqRedis, functions: Sequence[Function | Callable[..., Any]], **more: Any) -> Worker:
    """A worker with arq's own settings, only that it looks often."""
    return Worker(functions, redis_pool=redis, handle_signals=False, poll_delay=0.005, **more)


async def burst(redis: ArqRedis, functions: Sequence[Function | Callable[..., Any]], **more: Any) -> Worker:
    """Work through everything that is due."""
    worker = stock_worker(redis, functions, burst=True, **more)
    async with asyncio.timeout(60):
        await worker.main()
    return worker
