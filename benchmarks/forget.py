"""How long it takes to find and forget one caller among many events, and how long others wait for the store meanwhile.

.venv/bin/python benchmarks/forget.py [EVENTS]
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from console.privacy.finding import Finder
from console.privacy.forgetting import Forgetter, Request
from receiver.providers.samples import load_sample
from store import embedded, seeking
from store.caller import Caller
from store.client import Store, open_store
from store.event import Call, Event, new_event_id

ADA = Caller("31", "655512345")
THEIRS = 200
AT_ONCE = 1000


async def fill(store: Store, events: int) -> None:
    """Events that are over, each with a body and a trace of usual size, written past the path that would take long."""
    body = b"p" + load_sample("flireo/tool-calls__g2").body
    trace = b'{"rule":"tell","outcome":"ran","steps":[],"seen":"' + b"x" * 800 + b'"}'
    for begin in range(0, events, AT_ONCE):
        async with store.redis.pipeline(transaction=False) as pipeline:
            for number in range(begin, min(begin + AT_ONCE, events)):
                caller = ADA.e164 if number % (events // THEIRS) == 0 else f"+3168{number:07}"
                event = Event(id=new_event_id(), connection="desk", call=Call(id=f"c{number}", from_=caller))
                fields = {"event": event.to_json(), "body": body, "headers": b"{}", "status": b"done",
                          "received": 1000 + number, "deadline": 0, "lane": b"background", "connection": b"desk",
                          "kind": b"unknown", "call": event.call.id, "done_at": 1000 + number}  # fmt: skip
                pipeline.hset(f"hs:event:{event.id}", mapping=fields)
                pipeline.hset(f"hs:trace:{event.id}", mapping={"rule:tell:": trace})
                pipeline.zadd("hs:events", {event.id: 1000 + number})
                pipeline.zadd(f"hs:call:desk:{event.call.id}", {event.id: 1000 + number})
            await pipeline.execute()


async def waits(url: str, told: list[float]) -> None:
    """What a small command of somebody else takes, again and again."""
    other = open_store(url)
    try:
        while True:
            begin = time.perf_counter()
            await other.redis.ping()
            told.append((time.perf_counter() - begin) * 1000)
            await asyncio.sleep(0.002)
    finally:
        await other.close()


async def measure(folder: Path, url: str, events: int) -> None:
    """Fill, look, forget."""
    store = open_store(url, timeout=60)
    await fill(store, events)
    keys = await seeking.count(store.redis)
    told: list[float] = []
    watcher = asyncio.create_task(waits(url, told))
    begin = time.perf_counter()
    found = await Finder(store, ADA).everywhere()
    looked = time.perf_counter() - begin
    begin = time.perf_counter()
    receipt = await Forgetter(store, Request(ADA, "bench", folder)).run()
    forgot = time.perf_counter() - begin
    watcher.cancel()
    slow = statistics.quantiles(told, n=1000)
    print(f"{events:,} events, {keys:,} keys: found {len(found.ids)} in {looked:.1f} s")  # noqa: T201
    print(f"forgot {receipt.removed['events']} in {forgot:.1f} s, files written anew")  # noqa: T201
    print(f"others waited {statistics.median(told):.1f} ms, p99 {slow[989]:.1f} ms, p99.9 {slow[998]:.1f} ms")  # noqa: T201
    await store.close()


def main() -> None:
    """EVENTS, a hundred thousand when nothing is said."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        server = embedded.start(Path(name), "everysec")
        try:
            asyncio.run(measure(Path(name), server.url, events))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
