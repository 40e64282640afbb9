"""How many stored events a second `replay --against` plays through two rule folders, on one core.

.venv/bin/python benchmarks/replay.py [EVENTS]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from console.replay import compare
from receiver.providers import provider_named
from receiver.providers.samples import load_sample
from rules.engine.load import load_folder
from rules.engine.rule import Rule
from store import embedded
from store.client import Store, open_store
from store.event import new_event_id
from store.events import Acceptance
from workers.vocabulary import vocabulary

SAMPLES = ("flireo/assistant-request__g3", "flireo/status-update__g3", "flireo/tool-calls__g2")
RULES = 20
ON = ("assistant-request", "status-update", "tool-calls")
AT_ONCE = 500


def rules(folder: Path, agent: str) -> tuple[Rule, ...]:
    """Simple rules: two conditions on the call each; the last of each kind matches."""
    folder.mkdir()
    for number in range(RULES):
        kind = ON[number % len(ON)]
        answer = {"assistant-request": f"answer: {{ assistant: {agent} }}\n", "tool-calls": "answer: { result: yes }\n"}
        last = str(number >= RULES - len(ON)).lower()
        conditions = f'if:\n  - call.from != ""\n  - {last} || call.to == "{number}"\n'
        text = f"description: Rule {number}.\non: {kind}\n{conditions}"
        steps = "steps:\n  - action: log\n    with: { message: seen }\n"
        (folder / f"rule_{number}.yaml").write_text(text + answer.get(kind, steps), encoding="utf-8")
    return load_folder(folder, vocabulary({})).rules


async def fill(store: Store, count: int) -> None:
    """Store events made of the samples."""
    raws = [(name, load_sample(name)) for name in SAMPLES]
    for start in range(0, count, AT_ONCE):
        writes = []
        for number in range(start, min(start + AT_ONCE, count)):
            name, raw = raws[number % len(raws)]
            event = provider_named(name.partition("/")[0]).normalise(raw)[0]
            update = {"id": new_event_id(), "connection": "desk", "provider": "flireo", "dedup_key": None}
            writes.append(store.events.accept(Acceptance(event.model_copy(update=update), raw.body)))
        await asyncio.gather(*writes)


async def measure(url: str, folder: Path, count: int) -> None:
    """Fill, compare, say how long it took."""
    store = open_store(url)
    await fill(store, count)
    same, other = rules(folder / "now", "day"), rules(folder / "then", "night")
    for title, after in (("the same rules", same), ("every answer another", other)):
        began, busy = time.perf_counter(), time.process_time()
        found = await compare(store, 0, same, after)
        took, used = time.perf_counter() - began, time.process_time() - busy
        print(f"{title}: {found.events} events, {len(found.changes)} changes, {found.events / took:,.0f} events/s"  # noqa: T201
              f" ({used / found.events * 1e6:.0f} µs of processor each)")  # fmt: skip
    await store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        server = embedded.start(Path(name) / "store", "memory")
        try:
            asyncio.run(measure(server.url, Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
        finally:
            server.stop()
