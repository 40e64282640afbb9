"""Where the processor time of an acknowledgement goes: `python -m benchmarks.profile`, a minute, a table.

Every part is done by itself for a company of deliveries that nobody has touched before, in one process, many times
over. What is printed is the least of all times: others on the machine can only make it more. The last rows are whole
processes, from the kernel's books; what they take beyond the parts are the server, waking up, and cold caches.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import uvloop

from benchmarks.client import Load, Order
from benchmarks.contenders import hookswitch
from benchmarks.measure import say
from benchmarks.processes import Process, free_port, python, running
from benchmarks.traffic import SECRET, Traffic
from console.process.collector import calm_collector
from receiver.app import webhooks
from receiver.incoming import read_delivery
from receiver.ingest import Receiver, ingest
from receiver.metrics import ReceiverMetrics
from receiver.pressure import Pressure
from receiver.providers import provider_for
from receiver.raw import RawDelivery
from receiver.room import Room
from receiver.settings import ReceiverSettings
from receiver.waiters import Waiters
from store.client import Store, open_store
from store.event import new_event_id
from store.events import Acceptance, Accepted, Events
from store.gauges import StoreGauges
from store.spool import Spool

RESULTS = Path(__file__).parent / "results"
COMPANY = 8
"""Deliveries at once: enough to share a trip, and few enough that a part is over before somebody else gets its turn."""
EACH = 1_000
"""Requests of one measurement of whole processes."""

_PARTS = ("read", "verify", "normalise", "write as arguments")
_PROCESSES = ("receiver", "store", "script", "bare Starlette")

Scope = dict[str, Any]


@dataclass
class Parts:
    """The least that each part took, in µs for one delivery."""

    least: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Around one part of a company."""
        began = time.process_time_ns()
        yield
        took = (time.process_time_ns() - began) / COMPANY / 1000
        self.least[name] = min(took, self.least.get(name, took))


class NoStore(Events):
    """Takes everything and keeps nothing, so that the path can be seen without the store."""

    async def accept(self, acceptance: Acceptance) -> Accepted:
        """What the way to the store begins with is done all the same."""
        acceptance.arguments()
        return Accepted(acceptance.event.id, duplicate=False, at_ms=0)


class Deliveries:
    """Requests as a server hands them over, each with a body of its own."""

    def __init__(self) -> None:
        self._make, self._count = Traffic().maker(), 0

    def company(self) -> list[tuple[Scope, Callable[[], Awaitable[dict[str, Any]]]]]:
        """As many as come at once."""
        return [self._one() for _ in range(COMPANY)]

    def _one(self) -> tuple[Scope, Callable[[], Awaitable[dict[str, Any]]]]:
        self._count += 1
        head, _, body = self._make(f"{os.getpid()}-{self._count}").partition(b"\r\n\r\n")
        headers = [tuple(line.split(b": ", 1)) for line in head.split(b"\r\n")[1:]]
        scope = {
            "type": "http", "method": "POST", "path": Traffic.path, "query_string": b"", "headers": headers,
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        return scope, receive


async def receiver_parts(parts: Parts, store: Store, settings: ReceiverSettings, rounds: int) -> None:
    """One part after the other, for a company of deliveries each."""
    deliveries, receiver = Deliveries(), _receiver(store, settings)
    calm_collector()
    for _ in range(rounds):
        await _one_by_one(parts, deliveries, receiver, store)
        await _whole(parts, deliveries, receiver)


async def _one_by_one(parts: Parts, deliveries: Deliveries, receiver: Receiver, store: Store) -> None:
    connection, now = receiver.connections["bench"], datetime.now(UTC)
    provider, limits, came = provider_for(connection), receiver.settings, deliveries.company()
    raws: list[RawDelivery] = []
    with parts.timed("read"):
        for scope, receive in came:
            read = read_delivery(scope, receive, "bench", now, max_body=limits.max_body, read_timeout=5.0)
            raws.append(await read)
    with parts.timed("verify"):
        for raw in raws:
            provider.verify(raw, connection.auth, now)
    with parts.timed("normalise"):
        events = [provider.normalise(raw)[0] for raw in raws]
    for event in events:
        event.id, event.connection, event.provider = new_event_id(), "bench", provider.name
    accepted = [Acceptance(event, raw.body, stages={"received": 1.0}) for event, raw in zip(events, raws, strict=True)]
    with parts.timed("write as arguments"):
        arguments = [acceptance.arguments() for acceptance in accepted]
    parts.least["kB to the store"] = (
        sum(len(each if isinstance(each, bytes) else str(each)) for each in arguments[0]) / 1000
    )
    with parts.timed("to the store"):
        await asyncio.gather(*(store.events.accept(acceptance) for acceptance in accepted))


async def _whole(parts: Parts, deliveries: Deliveries, receiver: Receiver) -> None:
    async def send(_: Any) -> None:
        pass

    came = deliveries.company()
    with parts.timed("path"):
        for scope, receive in came:
            response = await ingest(scope, receive, receiver)
            await response.leave(send)


def _receiver(store: Store, settings: ReceiverSettings) -> Receiver:
    room, connections = Room(1000, 10**8), webhooks(settings)
    return Receiver(
        connections, NoStore(store.redis), store.answers, Waiters(store.redis), Spool(settings.data_dir / "spool", 0),
        Pressure(store.backlog, 0, 0.0), room, settings, ReceiverMetrics(connections, StoreGauges(store)),
    )  # fmt: skip


def whole_processes(folder: Path, rounds: int) -> dict[str, float]:
    """The least processor time of each process for one request, µs; bare Starlette in turn with ours."""
    least: dict[str, float] = {}
    port = free_port()
    with (
        hookswitch.contender(folder / "ours", "everysec", settings={"HOOKSWITCH_BACKLOG_LIMIT": "0"}) as ours,
        running(python("benchmarks.contenders.bare", str(port)), folder / "bare.log", port=port) as other,
    ):
        for number in range(rounds):
            took = _taken({"receiver": ours.receiver, "store": ours.store}, Order(ours.port, prefix=f"p{number}"))
            took |= _taken({"bare Starlette": other}, Order(port, prefix=f"p{number}"))
            least = {name: min(micros, least.get(name, micros)) for name, micros in took.items()}
        with ours.redis() as redis:
            least["script"] = float(redis.info("commandstats")["cmdstat_evalsha"]["usec_per_call"])
    return least


def _taken(processes: dict[str, Process], order: Order) -> dict[str, float]:
    order.most, order.seconds = EACH, 60.0
    load = Load(order)
    before = {name: _nanoseconds(process.pid) for name, process in processes.items()}
    load.run()
    load.close()
    return {name: (_nanoseconds(process.pid) - before[name]) / 1000 / EACH for name, process in processes.items()}


def _nanoseconds(pid: int) -> int:
    """Processor time of all threads of a process, finer than the kernel's ticks (Linux)."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir())


def table(parts: Mapping[str, float], processes: Mapping[str, float]) -> str:
    """For the documentation."""
    known, trip = sum(parts[name] for name in _PARTS), parts["to the store"] - parts["write as arguments"]
    rows = {
        **{name: parts[name] for name in _PARTS},
        "the rest of the path: limits, room, counts, the reply": parts["path"] - known,
        "its share of a trip to the store": trip,
        "the server, waking up, cold caches": processes["receiver"] - parts["path"] - trip,
        "**receiver**": processes["receiver"],
        "**store**": processes["store"],
        "of that the script": processes["script"],
        "bare Starlette, for comparison": processes["bare Starlette"],
    }  # fmt: skip
    lines = [f"| {name} | {micros:.0f} |" for name, micros in rows.items()]
    return "\n".join(
        ["| part | µs |", "| --- | ---: |", *lines, "", f"{parts['kB to the store']:.1f} kB go to the store"]
    )


@click.command()
@click.option("--rounds", default=200, help="How often each part is measured.")
@click.option("--batches", default=10, help="How often whole processes are; 0 to leave them out.")
def main(rounds: int, batches: int) -> None:
    """Measure and print."""
    os.environ["BENCH_SECRET"] = SECRET
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="profile-", dir=RESULTS) as name:
        folder, parts = Path(name), Parts()
        say("parts")
        uvloop.run(_parts(folder, parts, rounds))
        say("processes")
        processes = whole_processes(folder, batches) if batches else dict.fromkeys(_PROCESSES, float("nan"))
    sys.stdout.write(table(parts.least, processes) + "\n")


async def _parts(folder: Path, parts: Parts, rounds: int) -> None:
    (folder / "connections.yaml").write_text(hookswitch.CONNECTIONS, encoding="utf-8")
    settings = ReceiverSettings(connections=folder / "connections.yaml", data_dir=folder)
    with hookswitch.server(folder / "parts", "everysec") as (url, _):
        store = open_store(url)
        try:
            await receiver_parts(parts, store, settings, rounds)
        finally:
            await store.close()


if __name__ == "__main__":
    main()
