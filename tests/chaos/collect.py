"""Ask the store, the far side's notes and the spool what became of every id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from store import keys
from store.answers import Cell, read_cells
from store.client import Store
from store.events import read_trace
from store.runs import RunId
from store.spool import Spool
from tests.chaos.ledger import Attempt, Effect, Run, Step, Stored
from tests.chaos.scene import BREAKABLE, EXPECTED, MEMORY_KEY
from tests.chaos.traffic import CONNECTION

BATCH = 500
MOST_COMPLAINTS = 50
EXPLAINED = re.compile(
    r"receiver\.ingest: (the store is away, spooled|nothing can be spooled|event not stored)$"
    r"|store\.standing: the store does less than it should$"
    rf"|workers\.(reload|main): .*\b{BREAKABLE}: "
)
"""The errors that must be in a log when the store is away, the disk is full or a rule file is broken."""
GENERATION = {connection: generation for generation, connection in CONNECTION.items()}


def effects_in(path: Path) -> list[Effect]:
    """What the far side has noted."""
    return [Effect(**orjson.loads(line)) for line in path.read_bytes().splitlines()] if path.exists() else []


async def left_in(store: Store, spool: Spool) -> Mapping[str, int]:
    """What is not finished, by its place; all zero when it is quiet."""
    redis = store.redis
    return {
        **{f"queue {lane}": count for lane, count in (await store.queue.depth()).items()},
        "open": await store.queue.open_work(),
        "unsent": int(await redis.zcard(keys.UNSENT)),
        "paused runs": int(await redis.zcard(keys.PAUSED_RUNS)),
        "spool": spool.count(),
    }


async def forgotten_in(store: Store) -> Mapping[str, int]:
    """What should be gone with the last job."""
    found = Counter([key.decode().rpartition(":")[0] async for key in store.redis.scan_iter("arq:*", count=1000)])
    return {f"keys of {name}": count for name, count in found.items()}


def complaints_in(folder: Path) -> Mapping[str, int]:
    """Errors in the logs of our processes that the faults of a bad day do not explain, and whatever is no record."""
    lines = (line for path in folder.glob("*.log") for line in path.read_bytes().splitlines() if line.strip())
    found = Counter(complaint for line in lines if (complaint := _complaint(line)))
    return dict(found.most_common(MOST_COMPLAINTS))


def _complaint(line: bytes) -> str:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line.decode(errors="replace")
    if record["level"] not in ("error", "critical") or EXPLAINED.match(f"{record['logger']}: {record['message']}"):
        return ""
    return f"{record['logger']}: {record['message']}"


async def letters_in(store: Store) -> Mapping[str, str]:
    """Dead letters and their reasons."""
    return {letter.work_id: letter.reason async for letter in store.dead.newest(await store.dead.count())}


async def counted_in(store: Store) -> Mapping[str, float]:
    """What memory counts for each caller."""
    found: dict[str, float] = {}
    async for key in store.redis.scan_iter(f"{keys.MEMORY}*", count=1000):
        raw = await store.redis.hget(key, MEMORY_KEY)  # type: ignore[misc]
        if raw:
            found[f"+{key.decode().rpartition('+')[2]}"] = float(orjson.loads(raw)["value"])
    return found


async def stored_in(store: Store, letters: Mapping[str, str]) -> list[Stored]:
    """Every event with its runs."""
    return [event async for event in _events(store, letters)]


async def _events(store: Store, letters: Mapping[str, str]) -> AsyncIterator[Stored]:
    ids = [each.decode() for each in await store.redis.zrange(keys.EVENTS, 0, -1)]
    for at in range(0, len(ids), BATCH):
        batch = ids[at : at + BATCH]
        heads = await _read(store, [keys.EVENT + each for each in batch])
        traces = await _read(store, [keys.TRACE + each for each in batch])
        answers = await _read(store, [keys.ANSWERS + each for each in batch])
        for event_id, head, trace, cells in zip(batch, heads, traces, answers, strict=True):
            yield await _stored(store, event_id, head, trace, cells, letters)


async def _read(store: Store, names: Sequence[str]) -> list[dict[bytes, bytes]]:
    async with store.redis.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.hgetall(name)
        return list(await pipeline.execute())


async def _stored(
    store: Store, event_id: str, head: Mapping[bytes, bytes], trace: Mapping[bytes, bytes],
    answers: Mapping[bytes, bytes], letters: Mapping[str, str],
) -> Stored:  # fmt: skip
    event = orjson.loads(head[b"event"])
    kind = event["kind"]
    generation = "" if kind == "emitted" else GENERATION[head[b"connection"].decode()]
    marker = event.get("data", {}).get("marker") or event.get("call", {}).get("from_") or event["call"].get("from", "")
    told = read_trace(trace)
    records = {name.split(":")[1]: record for name, record in told.items() if name.startswith("rule:")}
    tool = next((each["id"] for each in event.get("tools", ())), "")
    late_told = any(name.startswith("late:") for name in told)
    names = EXPECTED.get((kind, generation), {})
    journals = await store.runs.load_all([RunId(event_id, name, tool) for name in names])
    runs = {}
    for name, journal in zip(names, journals, strict=True):
        if name in records:
            letter = letters.get(RunId(event_id, name, tool).job_id)
            late = "told" if late_told or records[name].get("late") else ""
            runs[name] = Run(name, records[name]["outcome"], _steps(journal.steps), letter, late)
    cells = read_cells(answers).values()
    return Stored(
        event_id, marker, kind, generation, head[b"status"].decode(), runs, int(head[b"pending"]),
        sum(cell.late is not None or _never_left(cell) for cell in cells),
        frozenset(cell.said.by for cell in cells if cell.said),
    )  # fmt: skip


def _never_left(cell: Cell) -> bool:
    return cell.state in ("ready", "claimed") and cell.answer is not None and cell.answer.by == "rule"


def _steps(records: Mapping[str, Mapping[str, Any]]) -> dict[str, Step]:
    return {
        key: Step(key, record["state"], tuple(_attempt(attempt) for attempt in record["attempts"]))
        for key, record in records.items()
    }


def _attempt(record: Mapping[str, Any]) -> Attempt:
    got = record.get("got")
    return Attempt(int(got.get("status", 0)) if isinstance(got, Mapping) else 0)
