"""How long it takes at a steady pace, each request counted from the moment it was meant to start."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping
from pathlib import Path

import orjson
from redis import Redis

from benchmarks.client import Order
from benchmarks.contenders import bare, hookswitch
from benchmarks.measure import Scale, Table, latency_row, wait_for_quiet
from benchmarks.processes import free_port, python, running, send, until
from benchmarks.traffic import Traffic
from receiver.providers import provider_named
from receiver.raw import RawDelivery
from store import keys
from store.client import Store, open_store
from store.event import new_event_id
from store.events import Acceptance
from store.settings import Durability
from store.tasks import end

LEVELS: tuple[Durability, ...] = ("everysec", "always")
PACE = 100.0
"""Events a second."""
BRISK = 1_000.0
"""Events a second at which processors do not fall asleep in between, nor do caches go cold."""
IDLE_GAP = 0.037
"""Seconds between two events on an idle worker; no multiple of any interval of ours."""


def latency(folder: Path, scale: Scale) -> Table:
    """One receiver, one worker; beside them what this machine needs for an answer that is kept nowhere."""
    table = Table("latency", f"Latency at {PACE:.0f} events a second")
    for pace in (PACE, BRISK):
        _said_yes(table, folder / f"bare-{pace:.0f}", scale, pace)
    for level in LEVELS:
        _acknowledged(table, folder / f"ack-{level}", level, scale)
    _acknowledged(table, folder / "ack-brisk", "everysec", scale, BRISK)
    for level in LEVELS:
        _answered(table, folder / f"answer-{level}", level, scale)
    _called(table, folder / "call", scale)
    for deaf in (False, True):
        _picked_up(table, folder / f"pickup-{deaf}", scale, deaf=deaf)
    return table


def _note(table: Table, name: str, values: list[float], failed: int) -> None:
    table.rows.append(latency_row(name, values, failed))
    table.latencies[name] = values


def _order(port: int, scale: Scale, kind: str = "informational", prefix: str = "r", pace: float = PACE) -> Order:
    marker = hookswitch.MARKER if kind == "waiting" else ""
    return Order(port, "open", kind, seconds=scale.latency, rate=pace, marker=marker, prefix=prefix)


def _warm(port: int, scale: Scale, kind: str = "informational") -> None:
    wait_for_quiet(scale.patience)
    send(Order(port, kind=kind, connections=4, seconds=1, most=100, prefix="warm"))


def _said_yes(table: Table, folder: Path, scale: Scale, pace: float) -> None:
    folder.mkdir(parents=True)
    with bare.contender(folder) as port:
        _warm(port, scale)
        outcome = send(_order(port, scale, pace=pace))
    _note(table, f"bare Starlette{_at(pace)}", outcome.latencies, outcome.failed)


def _at(pace: float) -> str:
    return "" if pace == PACE else f", at {pace:,.0f}/s"


def _acknowledged(table: Table, folder: Path, level: Durability, scale: Scale, pace: float = PACE) -> None:
    with hookswitch.contender(folder, level, workers=1) as installation:
        _warm(installation.port, scale)
        outcome = send(_order(installation.port, scale, pace=pace))
    _note(table, f"acknowledged, {level}{_at(pace)}", outcome.latencies, outcome.failed)


def _answered(table: Table, folder: Path, level: Durability, scale: Scale) -> None:
    rules = {"answering": hookswitch.ANSWERING}
    with hookswitch.contender(folder, level, workers=1, rules=rules) as installation:
        _warm(installation.port, scale, "waiting")
        outcome = send(_order(installation.port, scale, "waiting"))
    wrong = outcome.requests - outcome.marked
    _note(table, f"waiting event answered by a rule, {level}", outcome.latencies, outcome.failed + wrong)


def _called(table: Table, folder: Path, scale: Scale) -> None:
    """From the moment the platform starts to post, to the first byte of the call that a rule makes."""
    port, notes = free_port(), folder / "arrivals.json"
    folder.mkdir(parents=True)
    rules = {"calling": hookswitch.CALLING.format(port=port)}
    with running(python("benchmarks.arrivals", str(port), str(notes)), folder / "arrivals.log", port=port):
        allow = f"127.0.0.1:{port}"
        with hookswitch.contender(folder, "everysec", workers=1, rules=rules, allow=allow) as installation:
            _warm(installation.port, scale)
            outcome = send(_order(installation.port, scale, prefix="call"))
            installation.drain()
    arrived = _first(orjson.loads(notes.read_bytes()))
    took, missing = [], outcome.failed
    for number, began in enumerate(outcome.starts):
        at = arrived.get(f"call-{number}".ljust(24, "_"))
        missing += at is None
        if at is not None:
            took.append((at - began) / 1e6)
    _note(table, "received → first byte of the outgoing call", took, missing)


def _first(noted: list[tuple[str, int]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name, at in noted:
        found.setdefault(name, at)
    return found


def _picked_up(table: Table, folder: Path, scale: Scale, *, deaf: bool) -> None:
    """From before an event is stored to the call of its handler, on a worker that has nothing else to do."""
    folder.mkdir(parents=True)
    notes = folder / "called.json"
    wait_for_quiet(scale.patience)
    with hookswitch.server(folder, "everysec") as (url, _):
        command = python("benchmarks.contenders.worker", "hookswitch", url, str(notes))
        with running(command, folder / "worker.log"):
            _until_heard(url)
            stored = asyncio.run(_trickle(url, scale.latency, deaf=deaf))
    called = _first(orjson.loads(notes.read_bytes()))
    took = [(called[event_id] - at) / 1e6 for event_id, at in stored.items() if event_id in called]
    name = "pickup when idle" + (", notifications lost" if deaf else "")
    _note(table, name, took, len(stored) - len(took))


def _until_heard(url: str) -> None:
    with Redis.from_url(url) as redis:
        until(lambda: redis.pubsub_numsub(keys.WAKE)[0][1], "a worker that listens")


async def _trickle(url: str, seconds: float, *, deaf: bool) -> dict[str, int]:
    """Event id → monotonic nanoseconds at which we began to store it."""
    store, stored = open_store(url), {}
    await asyncio.sleep(0.5)
    deafening = asyncio.create_task(_deafen(store)) if deaf else None
    over = time.monotonic() + seconds
    for number in itertools.count():
        if time.monotonic() > over:
            break
        body = Traffic().body(f"idle-{number}")
        event = provider_named("flireo").normalise(RawDelivery(body))[0]
        event.id, event.connection, event.dedup_key = new_event_id(), "bench", None
        stored[event.id] = time.monotonic_ns()
        await store.events.accept(Acceptance(event, body))
        await asyncio.sleep(IDLE_GAP)
    await asyncio.sleep(0.5)
    if deafening:
        await end(deafening)
    await store.close()
    return stored


async def _deafen(store: Store) -> None:
    """Whoever subscribes is cut off before anything can reach them."""
    while True:
        await store.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")  # type: ignore[no-untyped-call]
        await asyncio.sleep(0.004)
