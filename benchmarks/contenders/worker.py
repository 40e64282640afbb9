"""Workers on jobs that do nothing, so that only the queue is measured.

Started with which of them, and the URL of the store: `python -m benchmarks.contenders.worker arq URL`.

`hookswitch` runs its worker's loop with a handler that finishes each event at once and notes when it was called.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import uvloop
from arq import run_worker
from arq.connections import RedisSettings
from arq.worker import func

from store.client import open_store
from store.runs import Claim
from workers.worker import LeasedWorker

ARQ = {"max_jobs": 100, "poll_delay": 0.01, "keep_result": 0}
"""The best we found for jobs that do nothing."""
SAQ_CONCURRENCY = 100
SLOTS = {"live": 32, "background": 16, "bulk": 4}
"""The worker's own defaults."""


async def nothing(_: Any, *__: Any, **___: Any) -> None:
    """The job."""


async def _hookswitch(url: str) -> list[tuple[str, int]]:
    store = open_store(url)
    called: list[tuple[str, int]] = []

    async def finish(context: dict[Any, Any], event_id: str) -> None:
        called.append((event_id, time.monotonic_ns()))
        claim: Claim = context["lease"].claim
        await store.queue.finish(claim, event_id, {})

    functions = [func(finish, name="event")]  # type: ignore[arg-type]
    worker = LeasedWorker(store, functions, name=f"bench:{os.getpid()}", slots=SLOTS, ctx={})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    main = asyncio.create_task(worker.main())
    await stop.wait()
    await worker.stop(5)
    await main
    await store.close()
    return called


async def _saq(url: str) -> None:
    from redis.asyncio import Redis
    from saq import Worker
    from saq.queue.redis import RedisQueue

    queue = RedisQueue(Redis.from_url(url))
    await Worker(queue, functions=[("nothing", nothing)], concurrency=SAQ_CONCURRENCY).start()


def main(which: str, url: str, *noted: str) -> None:
    """Work until told to stop."""
    if which == "arq":
        run_worker({"functions": [nothing]}, redis_settings=RedisSettings.from_dsn(url), **ARQ)
    elif which == "saq":
        asyncio.run(_saq(url))
    else:
        called = uvloop.run(_hookswitch(url))
        for file in noted:
            Path(file).write_bytes(orjson.dumps(called))


if __name__ == "__main__":
    main(*sys.argv[1:])
