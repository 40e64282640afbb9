"""What workers get through: jobs that do nothing, on one and two processes."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from arq import create_pool
from arq.connections import RedisSettings
from redis import Redis

from benchmarks.contenders import hookswitch
from benchmarks.filled import AT_ONCE, accepted
from benchmarks.measure import Contender, Sample, Scale, Table, alternate
from benchmarks.processes import BenchError, python, running
from store import embedded, keys


async def _fill_arq(url: str, count: int) -> None:
    pool = await create_pool(RedisSettings.from_dsn(url))
    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*(pool.enqueue_job("nothing") for _ in range(start, min(start + AT_ONCE, count))))
    await pool.aclose()


async def _fill_saq(url: str, count: int) -> None:
    from redis.asyncio import Redis as AsyncRedis
    from saq.queue.redis import RedisQueue

    queue = RedisQueue(AsyncRedis.from_url(url))
    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*(queue.enqueue("nothing") for _ in range(start, min(start + AT_ONCE, count))))
    await queue.disconnect()


LEFT: dict[str, Callable[[Redis], Any]] = {
    "hookswitch": lambda redis: redis.zcard(keys.OPEN),
    "arq": lambda redis: redis.zcard("arq:queue"),
    "saq": lambda redis: redis.zcard("saq:default:incomplete"),
}
FILL: dict[str, Callable[[str, int], Awaitable[object]]] = {
    "hookswitch": accepted, "arq": _fill_arq, "saq": _fill_saq,
}  # fmt: skip


def jobs(folder: Path, scale: Scale) -> Table:
    """On one embedded server each, `everysec`."""
    names = ["arq", "hookswitch", *(["saq"] if importlib.util.find_spec("saq") else [])]
    contenders: dict[str, Contender] = {}
    for name, processes in itertools.product(names, (1, 2)):
        contenders[f"{name} {processes}"] = partial(_queue, name, processes, scale.jobs)
    for processes in (1, 2):
        contenders[f"hookswitch events {processes}"] = partial(_events, processes, scale.jobs)
    rows = alternate(contenders, "/s", scale.rounds, folder, scale.patience)
    title = "Jobs that do nothing, a second, by number of processes (events: read, matched, traced, closed)"
    return Table("jobs", title, rows, base="arq 1")


def _queue(name: str, processes: int, count: int, folder: Path) -> Sample:
    server = embedded.start(folder, "everysec")
    try:
        asyncio.run(_coroutine(FILL[name](server.url, count)))
        with ExitStack() as stack:
            for number in range(processes):
                command = python("benchmarks.contenders.worker", name, server.url)
                stack.enter_context(running(command, folder / f"worker{number}.log"))
            return Sample(_slope(server.url, LEFT[name], count, folder))
    finally:
        server.stop()


async def _coroutine(awaited: Awaitable[object]) -> None:
    await awaited


def _events(processes: int, count: int, folder: Path) -> Sample:
    """The whole worker, on events that no rule listens to; they are stored before it starts."""
    with hookswitch.server(folder, "everysec") as (url, _):
        asyncio.run(_coroutine(accepted(url, count)))
        environ = hookswitch.environment(folder, url, "everysec", {}, "")
        with ExitStack() as stack:
            for number in range(processes):
                command = python("console", "work")
                stack.enter_context(running(command, folder / f"worker{number}.log", environ=environ))
            return Sample(_slope(url, LEFT["hookswitch"], count, folder))


def _slope(url: str, left: Callable[[Redis], Any], count: int, folder: Path) -> float:
    """Jobs a second between a quarter and nine tenths: all processes are there by then, and none has run dry."""
    first = last = (0.0, count)
    deadline = time.monotonic() + 90
    with Redis.from_url(url) as redis:
        while last[1] > count // 10:
            last = (time.monotonic(), left(redis))
            if not first[0] and last[1] <= count * 3 // 4:
                first = last
            if time.monotonic() > deadline:
                raise BenchError(f"the jobs are not done; see {folder}")
            time.sleep(0.01)
    return (first[1] - last[1]) / (last[0] - first[0]) if last[0] > first[0] else float(count)
