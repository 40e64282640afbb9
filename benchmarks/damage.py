"""Ten thousand damaged rule files: does anything raise, what takes longest, and does a worker work on meanwhile?

make damage, or .venv/bin/python -m benchmarks.damage [FILES]
"""

# ruff: noqa: S311, T201 - a script that prints; its chances are no secrets

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from arq.worker import func

from receiver.providers import provider_named
from receiver.providers.samples import load_sample
from rules.engine.checks.check import check_folder
from rules.engine.loading.readrule import read_context, read_rule
from rules.engine.loading.variables import read_vars
from store import embedded
from store.client import Store, open_store
from store.event import new_event_id
from store.events import Acceptance
from tests.rules.corpus.reading import CORPUS, lay_out, words
from tests.rules.damaging import damaged, originals
from workers.desk import Desk
from workers.handle import handle_event
from workers.reload import begin, keep_up
from workers.rulebook import RuleBook, open_rulebook
from workers.toolbox import Clients
from workers.worker import LeasedWorker

SEED = 2026
AT_ONCE = 100
"""Files that lie in the worker's folder side by side."""
EVERY = 0.02
"""Seconds between two events."""


def read_all(count: int) -> None:
    """Read each file by itself."""
    chance, files, found, slowest = Random(SEED), originals(), Counter[str](), (0.0, b"")
    always = CORPUS / "always"
    context = read_context(words(always), read_vars((always / "vars.yaml").read_bytes(), "vars.yaml"), {})
    usable, began = 0, time.perf_counter()
    for _ in range(count):
        data = damaged(chance, files)
        start = time.perf_counter()
        loaded = read_rule("damaged", "damaged.yaml", data, context)
        slowest = max(slowest, (time.perf_counter() - start, data[:300]))
        usable += loaded.rule is not None
        found.update(finding.code for finding in loaded.findings)
    took = time.perf_counter() - began
    print(f"{count} files read in {took:.1f} s, {usable} of them still rules, {found.total()} findings")
    print(f"slowest: {slowest[0] * 1000:.0f} ms; most: {', '.join(f'{code} {n}' for code, n in found.most_common(8))}")


def check_all(count: int) -> None:
    """Check them in folders of a hundred."""
    chance, files, findings, slowest = Random(SEED + 1), originals(), 0, 0.0
    for _ in range(max(count // AT_ONCE, 1)):
        with tempfile.TemporaryDirectory() as name:
            folder = lay_out(Path(name), [])
            for number in range(AT_ONCE):
                (folder / f"r{number}.yaml").write_bytes(damaged(chance, files))
            start = time.perf_counter()
            findings += len(check_folder(folder, words(folder)))
            slowest = max(slowest, time.perf_counter() - start)
    print(f"check, in folders of {AT_ONCE}: {findings} findings, slowest folder {slowest * 1000:.0f} ms")


async def write_all(folder: Path, count: int) -> None:
    """Put damaged files into the worker's folder, as fast as the events allow."""
    chance, files = Random(SEED + 2), originals()
    for number in range(count):
        (folder / f"r{number % AT_ONCE}.yaml").write_bytes(damaged(chance, files))
        await asyncio.sleep(0 if number % 20 else 0.001)


async def post(store: Store) -> str:
    """Store one event the way the receiver does."""
    raw = load_sample("flireo/status-update__g3")
    event = provider_named("flireo").normalise(raw)[0]
    update = {"id": new_event_id(), "connection": "front_desk", "provider": "flireo", "dedup_key": None}
    await store.events.accept(Acceptance(event.model_copy(update=update), raw.body))
    return str(update["id"])


async def watch_worker(store: Store, book: RuleBook, desk: Desk, count: int) -> None:
    """Follow the folder, handle events, and say how long each took."""
    stop, waits = asyncio.Event(), []
    worker = LeasedWorker(
        store, [func(handle_event, name="event")], name="w", slots={"background": 4}, ctx={"desk": desk}
    )
    main = asyncio.create_task(worker.main())
    following = asyncio.create_task(keep_up(book, store.last_good, stop))
    writing = asyncio.create_task(write_all(book.folder, count))
    began = time.perf_counter()
    while not writing.done():
        start = time.perf_counter()
        event = await post(store)
        while (await store.events.statuses([event]))[0] not in ("done", "failed"):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        waits.append(time.perf_counter() - start)
        await asyncio.sleep(EVERY)
    took = time.perf_counter() - began
    stop.set()
    await following
    await worker.stop(1.0)
    await main
    waits.sort()
    whole = book.rule("shop_closes") is not None
    print(f"worker: {count} damaged files in its folder in {took:.1f} s, {len(waits)} events handled meanwhile,")
    middle, most = (1000 * seconds for seconds in (waits[len(waits) // 2], waits[-1]))
    print(f"  median {middle:.0f} ms, slowest {most:.0f} ms; whole rule in force: {whole}")


async def with_worker(count: int) -> None:
    """A store, a folder, a worker."""
    with tempfile.TemporaryDirectory() as name:
        server = embedded.start(Path(name) / "data", "memory")
        store = open_store(server.url)
        folder = lay_out(Path(name) / "rules", [])
        known = words(folder)
        book = open_rulebook(folder, known, {})
        desk = Desk(store, book, known, {}, Clients.allowing([]), {})
        try:
            await begin(book, store.last_good)
            await watch_worker(store, book, desk, count)
        finally:
            await desk.clients.close()
            await store.close()
            server.stop()


def main() -> None:
    """All three."""
    count = int((sys.argv[1:] or ["10000"])[0])
    logging.disable(logging.CRITICAL)
    read_all(count)
    check_all(count)
    asyncio.run(with_worker(count))


if __name__ == "__main__":
    main()
